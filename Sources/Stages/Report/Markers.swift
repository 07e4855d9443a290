/// One shape, one colour and one label for every role, so that no meaning hangs on colour alone.
extension EvidenceReport.Role {
  /// Names the shape in `Markers.definitions` and the colour in the style sheet.
  var markerName: String {
    switch self {
    case .victim: "victim"
    case .benign: "benign"
    case .stolen: "stolen"
    case .innocent: "innocent"
    case .unknown: "unknown"
    }
  }

  /// What a reader is told beside the model's name.
  var label: String {
    switch self {
    case .victim: "the owner’s model"
    case .benign: "comparison model B"
    case .stolen(let attack): attack.isEmpty ? "stolen" : "stolen: \(attack.shortened(to: 40))"
    case .innocent: "innocent"
    case .unknown: "origin unknown"
    }
  }

  /// What a legend says of all models with this role.
  fileprivate var legend: String {
    if case .stolen = self { return "stolen" }
    return label
  }
}

enum Markers {
  /// The shapes, drawn around the origin; used by reference in every chart.
  static let definitions: Markup = """
    <svg class="definitions" width="0" height="0" aria-hidden="true"><defs>
    <path id="victim" d="M0,-8 L7.5,6 L-7.5,6 Z"/>
    <rect id="benign" x="-5" y="-5" width="10" height="10"/>
    <path id="stolen" d="M0,-8 L7,0 L0,8 L-7,0 Z"/>
    <circle id="innocent" r="6"/>
    <rect id="unknown" x="-6" y="-6" width="12" height="12"/>
    <path id="beyond" d="M11,-5 L17,0 L11,5 Z"/>
    </defs></svg>

    """

  /// A marker at a position along the chart, given as an SVG percentage.
  static func marker(_ role: EvidenceReport.Role, x: String) -> Markup {
    """
    <use href="#\(role.markerName)" class="marker \(role.markerName)" x="\(x)" y="50%"/>
    """
  }

  /// The last row of a chart whose positions are shares: an axis from 0 to 100 %.
  static func percentAxis(title: String) -> Markup {
    let ticks = stride(from: 0, through: 100, by: 25).map { percent -> Markup in
      let x = ReportNumbers.position(Double(percent) / 100)
      return """
        <line class="tick" x1="\(x)" x2="\(x)" y1="0" y2="5"/>\
        <text x="\(x)" y="18" text-anchor="middle">\(percent)</text>
        """
    }
    return """
      <li class="row scale" aria-hidden="true"><svg class="track" height="38">\
      <line class="axis" x1="2%" x2="98%" y1="0" y2="0"/>\(ticks)\
      <text class="title" x="50%" y="35" text-anchor="middle">\(title)</text>\
      </svg></li>

      """
  }

  /// The legend of the roles that occur, in the order in which they occur.
  static func legend(_ suspects: [EvidenceReport.Suspect], then more: [Markup] = []) -> Markup {
    var seen: Set<String> = []
    let roles = suspects.map(\.role).filter { seen.insert($0.markerName).inserted }
    let entries = roles.map { role -> Markup in
      """
      <li><svg width="20" height="18" aria-hidden="true">\(marker(role, x: "50%"))</svg>\
      \(role.legend)</li>
      """
    }
    return "<ul class=\"legend\">\(entries)\(more)</ul>\n"
  }
}

/// The name and role of a model at the left of a chart's row.
extension EvidenceReport.Suspect {
  var chartLabel: Markup {
    """
    <span class="who"><bdi class="name">\(name.shortened(to: 60))</bdi> \
    <span class="role \(role.markerName)">\(role.label)</span></span>
    """
  }
}
