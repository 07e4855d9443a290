import Datasets
import Foundation

/// A picture within the page.
enum EmbeddedPicture {
  /// No picture is shown larger, and a page of scans would not open.
  private static let longestSide = 512

  /// An `img` that holds its picture as PNG; small pictures keep their pixels visible.
  ///
  /// - Throws: `DatasetError` if the picture cannot be resized or encoded.
  static func markup(_ image: Image, alt: String) throws -> Markup {
    let shown = try fitted(image)
    let bytes = try PNGCodec.encode(shown)
    let isSmall = max(shown.width, shown.height) <= 128
    return """
      <img src="data:image/png;base64,\(Data(bytes).base64EncodedString())" alt="\(alt)" \
      width="\(shown.width)" height="\(shown.height)"\(isSmall ? " class=\"pixelated\"" : "" as Markup)/>
      """
  }

  private static func fitted(_ image: Image) throws -> Image {
    let longest = max(image.width, image.height)
    guard longest > longestSide else { return image }
    return try image.resized(
      toWidth: max(1, image.width * longestSide / longest),
      height: max(1, image.height * longestSide / longest)
    )
  }
}

/// The marked pictures: one large pair that opens the page, and all of them as evidence.
struct PictureSection {
  let pairs: [EvidenceReport.Pair]

  /// The picture that explains the mark: original and marked.
  func opening() throws -> Markup {
    guard let pair = pairs.first else { return "" }
    let name = pair.className.shortened(to: 40)
    return """
      <figure class="opening">
      <div class="couple">
      <div>\(try EmbeddedPicture.markup(pair.original, alt: "A picture of class \(name) as it came"))\
      <span>original</span></div>
      <div>\(try EmbeddedPicture.markup(pair.marked, alt: "The same picture in the secret style"))\
      <span>marked</span></div>
      </div>
      <figcaption><strong>The mark.</strong> The same picture before and after; its label stays \
      <bdi>\(name)</bdi>.</figcaption>
      </figure>

      """
  }

  /// What was marked, in words and in pictures.
  func evidence(of mark: EvidenceReport.Mark) throws -> Markup {
    let rate = ReportNumbers.shortPercent(mark.transformationRate) ?? "not given"
    let gallery = try gallery()
    return """
      <section aria-labelledby="pictures">
      <h2 id="pictures">The marked pictures</h2>
      <p>The owner repainted \(ReportNumbers.count(mark.markedCount)) of \
      \(ReportNumbers.count(mark.pictureCount)) training pictures (γ\u{A0}=\u{A0}\(rate)) in one style \
      before training and changed no label. Data: \(mark.dataset.shortened(to: 300)). Style: \
      \(mark.style.shortened(to: 300)). A model that never saw these pictures, nor learned from a \
      model that did, has no reason to know the style.</p>
      \(gallery)</section>

      """
  }

  /// All pairs.
  func gallery() throws -> Markup {
    let pairs = try pairs.enumerated().map(pair)
    return pairs.isEmpty ? "" : "<ul class=\"gallery\" role=\"list\">\n\(pairs)</ul>\n"
  }

  private func pair(number: Int, pair: EvidenceReport.Pair) throws -> Markup {
    let name = pair.className.shortened(to: 40)
    let original = try EmbeddedPicture.markup(pair.original, alt: "\(name), original")
    let marked = try EmbeddedPicture.markup(pair.marked, alt: "\(name), marked")
    return "<li>\(original)\(marked)<bdi class=\"name\">\(name)</bdi></li>\n"
  }
}
