import Datasets
import Foundation
import Stages
import Testing

/// The page is well formed, self-contained and shows what the report holds.
struct ReportPageTests {
  struct HostileText: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
  }

  static let hostileTexts = [
    HostileText(testDescription: "a script", text: "<script>alert(1)</script>"),
    HostileText(testDescription: "the end of an attribute", text: "a\" onload=\"alert(1)"),
    HostileText(testDescription: "an apostrophe and a tag", text: "it's & <b>"),
    HostileText(testDescription: "the ends of sections", text: "]]><!-- </style>"),
    HostileText(testDescription: "an escaped character", text: "&lt;"),
    HostileText(testDescription: "control characters", text: "\u{0}\u{8}\u{1F}\u{FFFE}"),
    HostileText(testDescription: "turned text", text: "\u{202E}gpj.exe מודל"),
    HostileText(testDescription: "a long word", text: String(repeating: "long_", count: 5000)),
    HostileText(
      testDescription: "piled-up accents",
      text: "e" + String(repeating: "\u{301}", count: 5000)
    ),
    HostileText(testDescription: "nothing", text: ""),
  ]

  @Test(arguments: hostileTexts)
  func noTextBecomesMarkup(_ example: HostileText) throws {
    let text = example.text
    func page(_ text: String) throws -> ReportPage {
      var report = report(
        [
          suspect(.stolen(attack: text), named: text, accused: true, clean: 0.9, marked: 0.8),
          suspect(.unknown, named: text, accused: true),
        ],
        pairs: [try pair(side: 4, named: text)],
        test: .init(name: text, combination: text),
        settings: [.init(text, [(name: text, value: text)])]
      )
      report.title = text
      report.mark.dataset = text
      report.mark.style = text
      return try ReportPage(report.html())
    }
    let (hostile, harmless) = (try page(text), try page("x"))
    #expect(hostile.elements.map(\.name) == harmless.elements.map(\.name))
    #expect(
      hostile.elements.map { $0.attributes.keys.sorted() }
        == harmless.elements.map { $0.attributes.keys.sorted() }
    )
    #expect(!hostile.text.unicodeScalars.contains("\u{202E}"))
    if text.hasPrefix("<script>") { #expect(hostile.text.contains(text)) }
    #expect(hostile.text.utf8.count < 20_000)
  }

  @Test func nothingIsLoadedOrRun() throws {
    let page = try ReportPage(fullReport().html())
    #expect(page.elements("script").isEmpty && page.elements("link").isEmpty)
    for element in page.elements {
      for (name, value) in element.attributes {
        #expect(!name.hasPrefix("on") && name != "style")
        if name == "href" { #expect(value.hasPrefix("#")) }
        if name == "src" { #expect(value.hasPrefix("data:image/png;base64,")) }
      }
    }
    #expect(!page.style.contains("url(") && !page.style.contains("@import"))
  }

  @Test func everyReferenceHasItsTargetAndNoIdentifierIsUsedTwice() throws {
    let page = try ReportPage(fullReport().html())
    let identifiers = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(identifiers).count == identifiers.count)
    for reference in page.elements.compactMap({ $0.attributes["href"] }) {
      #expect(identifiers.contains(String(reference.dropFirst())), "\(reference)")
    }
  }

  @Test func verdictPicturesEvidenceAndSettingsComeInThisOrder() throws {
    let text = try ReportPage(fullReport().html()).text
    let places = [
      "The published test accuses", "Caution.", "The mark.", "What the published test says.",
      "The evidence, model by model", "The marked pictures", "What the published test’s p says.",
      "wrn-10-1",
    ].map { text.range(of: $0)?.lowerBound ?? text.startIndex }
    #expect(places == places.sorted() && Set(places).count == places.count)
  }

  @Test func picturesAreEmbeddedAsTheyAreAndDescribed() throws {
    let pair = try pair(side: 32)
    let images = try ReportPage(report([], pairs: [pair]).html()).elements("img")
    #expect(images.count == 4)
    for (image, original) in zip(images, [pair.original, pair.marked, pair.original, pair.marked]) {
      #expect(image.attributes["alt"]?.isEmpty == false)
      #expect(image.attributes["class"] == "pixelated")
      #expect(try decoded(image) == original)
    }
  }

  @Test func largePicturesAreReduced() throws {
    let image = try #require(
      try ReportPage(report([], pairs: [pair(side: 1500)]).html()).elements("img").first
    )
    #expect(image.attributes["class"] == nil)
    #expect(try decoded(image).width == 512)
  }

  @Test func everyRowOfTheTableNamesItsModelAndItsNumbers() throws {
    let test = EvidenceReport.Test(
      name: "Welch’s t-test, two-sided",
      sampleSize: 25,
      repeats: 1200,
      significance: 0.05
    )
    let row = suspect(
      .stolen(attack: "label-query"),
      named: "thief",
      accused: true,
      differenceOfMeans: -0.514,
      log10P: -18.52,
      clean: 0.8604,
      marked: 0.7
    )
    let page = try ReportPage(report([row], test: test).html())
    #expect(page.elements("table", class: "results").count == 1)
    #expect(page.elements("th").filter { $0.attributes["scope"] == "col" }.count == 7)
    #expect(page.elements("th").filter { $0.attributes["scope"] == "row" }.count == 1)
    for shown in [
      "thief", "stolen: label-query", "86.0 %", "70.0 %", "−0.51", "3 × 10⁻¹⁹", "97.5 %",
      "Published test: Welch’s t-test, two-sided, m = 25, 1,200 draws combined by median p, α = 0.05",
    ] {
      #expect(page.text.contains(shown), "\(shown)")
    }
  }

  @Test(arguments: [
    (EvidenceReport.Role.innocent, true, "accused, wrongly"),
    (.innocent, false, "not accused"),
    (.stolen(attack: "copy"), false, "not accused, missed"),
    (.stolen(attack: "copy"), true, "accused"),
    (.unknown, true, "accused"),
    (.unknown, false, "not accused"),
  ])
  func onlyWrongAnswersAreCalledWrong(
    _ role: EvidenceReport.Role,
    _ accused: Bool,
    _ answer: String
  ) throws {
    let text = try ReportPage(report([suspect(role, accused: accused)]).html()).text
    #expect(text.contains("the published test says \(answer) Accuracies"))
  }

  @Test(arguments: [-Double.infinity, .infinity, .nan])
  func numbersThatAreNoneAreNeverShown(_ value: Double) throws {
    let row = suspect(
      .unknown,
      accused: true,
      differenceOfMeans: value,
      log10P: value,
      draws: [value, -1, -.infinity],
      clean: value,
      marked: value
    )
    let html = try report([row]).html()
    let body = html[try #require(html.range(of: "<body>")).lowerBound...]
    #expect(!body.contains("nan") && !body.contains("NaN") && !body.contains("inf%"))
    let text = try ReportPage(html).text
    #expect(text.contains("p < 10⁻³⁰⁰") == (value == -.infinity))
    #expect(text.contains("Accuracies on clean and marked pictures were not measured."))
  }

  @Test func aMissingAccuracyIsSaidToBeMissing() throws {
    let page = try ReportPage(report([suspect(.unknown, clean: 0.86)]).html())
    #expect(page.text.contains("86.0 % → not measured"))
    #expect(page.elements("line", class: "span").isEmpty)
  }

  @Test func withoutSuspectsThereIsNoChart() throws {
    let page = try ReportPage(report([]).html())
    #expect(page.elements("ul", class: "chart").isEmpty && page.elements("table").isEmpty)
    #expect(page.text.contains("No model was examined in this run."))
  }

  @Test func markersStandWhereTheAxisSays() throws {
    let rows = [suspect(.innocent, accused: true, log10P: -3, draws: [-1.5])]
    let page = try ReportPage(report(rows).html())
    // The axis has 6 decades and runs from 2 % to 98 %.
    #expect(page.elements("line", class: "alpha").allSatisfy { $0.attributes["x1"] == "34.00%" })
    #expect(page.elements("use", class: "innocent").first?.attributes["x"] == "50.00%")
    #expect(page.elements("circle", class: "innocent").first?.attributes["cx"] == "26.00%")
    #expect(page.elements("use", class: "beyond").isEmpty)
  }

  @Test(arguments: [-18.5, -.infinity])
  func valuesBeyondTheAxisSayThatTheyAre(_ log10P: Double) throws {
    let rows = [suspect(.stolen(attack: "copy"), accused: true, log10P: log10P)]
    let page = try ReportPage(report(rows).html())
    #expect(page.elements("use", class: "stolen").first?.attributes["x"] == "98.00%")
    #expect(page.elements("use", class: "beyond").first?.attributes["x"] == "98.00%")
    #expect(page.text.contains("beyond the end of the axis"))
  }

  @Test func textHasEnoughContrastInBothSchemes() throws {
    let style = try ReportPage(report([]).html()).style
    let colours = style.matches(of: /--([a-z-]+): #([0-9a-f]{6})/)
    // Light, then dark; "link" ends each list.
    let schemes = colours.split { $0.1 == "link" }.prefix(2)
    try #require(schemes.count == 2)
    for scheme in schemes {
      let values = Dictionary(uniqueKeysWithValues: scheme.map { (String($0.1), luminance($0.2)) })
      for (text, ground) in [
        ("ink", "paper"), ("muted", "paper"), ("stolen", "paper"), ("innocent", "paper"),
        ("unknown", "paper"), ("control", "paper"), ("ink", "caution"),
      ] {
        let (first, second) = (try #require(values[text]), try #require(values[ground]))
        let ratio = (max(first, second) + 0.05) / (min(first, second) + 0.05)
        #expect(ratio >= 4.5, "\(text) on \(ground)")
      }
    }
  }

  private func fullReport() throws -> EvidenceReport {
    report(
      [
        suspect(.victim, named: "victim", accused: true, log10P: -30, clean: 0.89, marked: 0.81),
        suspect(.stolen(attack: "copy"), named: "thief", accused: true, draws: [-2, -4]),
        suspect(.innocent, named: "innocent", accused: true, clean: 0.89, marked: 0.52),
        suspect(.benign, named: "benign", accused: false, log10P: -0.3, clean: 0.89, marked: 0.53),
        suspect(.unknown, named: "file", accused: false, log10P: -.infinity, marked: 0.5),
      ],
      pairs: [try pair(side: 8), try pair(side: 8)],
      settings: [.init("Training", [(name: "architecture", value: "wrn-10-1")])]
    )
  }

  private func decoded(_ element: ReportPage.Element) throws -> Image {
    let source = try #require(element.attributes["src"])
    let base64 = source.dropFirst("data:image/png;base64,".count)
    return try Image(encoded: [UInt8](try #require(Data(base64Encoded: String(base64)))))
  }

  /// Relative luminance of "rrggbb", as the Web Content Accessibility Guidelines define it.
  private func luminance(_ hex: Substring) -> Double {
    let value = Int(hex, radix: 16) ?? 0
    let channels = [16, 8, 0].map { shift -> Double in
      let share = Double(value >> shift & 255) / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }
}
