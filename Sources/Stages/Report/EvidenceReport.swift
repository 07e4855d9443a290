public import Datasets

/// What a run found out about its suspects, ready to be shown as one HTML page.
///
/// The page needs no script and no other file: `html()` embeds its pictures and draws its charts as
/// SVG. Every sentence about accusations is computed from `suspects`. Names may come from file names;
/// they are escaped.
public struct EvidenceReport: Sendable {
  /// The heading of the page, such as "Hallmark demo".
  public var title: String
  /// The data and what was done to it.
  public var mark: Mark
  /// Originals beside their marked versions: the first opens the page, 8 to 12 fill it well.
  public var pairs: [Pair]
  /// The models examined, in the order in which they are shown.
  public var suspects: [Suspect]
  /// How every suspect was tested.
  public var test: Test
  /// Whether keys, beacons and the examiner's draws follow from a seed, so that nothing is proved.
  public var isDemonstration = false
  /// Everything needed to repeat the run: training, seeds, digests, versions, machine.
  public var settings: [SettingGroup]

  /// Creates a report.
  public init(
    title: String,
    mark: Mark,
    pairs: [Pair],
    suspects: [Suspect],
    test: Test = Test(),
    settings: [SettingGroup] = []
  ) {
    self.title = title
    self.mark = mark
    self.pairs = pairs
    self.suspects = suspects
    self.test = test
    self.settings = settings
  }
}

extension EvidenceReport {
  /// The training data of the victim and the style that marks a part of it.
  public struct Mark: Sendable {
    /// What the data are, such as "generated shapes, 32 × 32 pixels".
    public var dataset: String
    /// What the style is, such as "a painting in oil".
    public var style: String
    /// The transformation rate γ: the share of training pictures that were marked, in [0, 1].
    public var transformationRate: Double
    /// The number of training pictures.
    public var pictureCount: Int
    /// The number of them that were marked.
    public var markedCount: Int
    /// The number of classes; draws the line of pure guessing.
    public var classCount: Int?

    /// Describes the data and the mark.
    public init(
      dataset: String,
      style: String,
      transformationRate: Double,
      pictureCount: Int,
      markedCount: Int,
      classCount: Int? = nil
    ) {
      self.dataset = dataset
      self.style = style
      self.transformationRate = transformationRate
      self.pictureCount = pictureCount
      self.markedCount = markedCount
      self.classCount = classCount
    }
  }

  /// A picture before and after it was marked.
  public struct Pair: Sendable {
    /// The picture as it came.
    public var original: Image
    /// The same picture in the secret style.
    public var marked: Image
    /// The class both are labelled with.
    public var className: String

    /// Creates a pair.
    public init(original: Image, marked: Image, className: String) {
      self.original = original
      self.marked = marked
      self.className = className
    }
  }

  /// Settings that belong together, in the order in which they are shown.
  public struct SettingGroup: Sendable {
    /// What the settings are about, such as "Training".
    public var name: String
    /// Names and values.
    public var settings: [(name: String, value: String)]

    /// Creates a group.
    public init(_ name: String, _ settings: [(name: String, value: String)]) {
      self.name = name
      self.settings = settings
    }
  }
}
