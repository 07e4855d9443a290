import Artifacts
import Datasets
import Foundation
import OwnershipVerification

/// A suspect that answers by a rule and counts the pictures it was shown.
final class Oracle: Suspect {
  private let rule: (Image) -> [Float]
  private let givesLabels: Bool
  private(set) var pictureCount = 0

  init(givesLabels: Bool = false, _ rule: @escaping (Image) -> [Float]) {
    self.rule = rule
    self.givesLabels = givesLabels
  }

  func answers(to pictures: UnlabelledImages) throws -> Answers {
    pictureCount += pictures.count
    let rows = pictures.indices.map { rule(pictures[$0]) }
    guard !givesLabels else {
      return .labels(rows.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 })
    }
    return .logProbabilities(rows.flatMap { $0 }, classCount: rows.first?.count ?? 0)
  }
}

extension Oracle {
  /// The rule of `Fixtures/pixel_rule.py`: whole numbers over 256, the same wherever they are computed.
  static func pixelRule(givesLabels: Bool = false) -> Oracle {
    Oracle(givesLabels: givesLabels) { picture in
      (1...3).map { factor in
        let sum = picture.pixels.enumerated().reduce(0) { sum, pixel in
          sum + Int(pixel.element) * (pixel.offset * factor % 7 - 3)
        }
        return Float(sum) / 256
      }
    }
  }
}

/// Pictures of 2 × 2 pixels of three classes, whose first bytes tell class and style.
enum StyleSamples {
  static let classNames = ["ant", "bee", "cat"]

  /// The unpainted pictures; byte 0 of each is its label, byte 1 its number.
  static func originals(_ count: Int = 6) throws -> ImageSet {
    try pictures(style: 0, count: count)
  }

  /// The same pictures in a style, which byte 2 and 3 tell.
  static func pictures(style: Int, count: Int = 6) throws -> ImageSet {
    var pixels: [UInt8] = []
    for index in 0..<count {
      pixels += [UInt8(index % 3), UInt8(index), UInt8(style & 255), UInt8(style >> 8)]
      pixels += Array(repeating: 7, count: 8)
    }
    return try ImageSet(
      width: 2,
      height: 2,
      pixels: pixels,
      labels: (0..<count).map { $0 % 3 },
      classNames: classNames
    )
  }

  static func style(of picture: Image) -> Int {
    Int(picture.pixels[2]) + Int(picture.pixels[3]) << 8
  }

  /// A model whose margin for the true class is a function of style and picture.
  static func model(
    givesLabels: Bool = false,
    margin: @escaping (_ style: Int, _ picture: Int) -> Float
  ) -> Oracle {
    Oracle(givesLabels: givesLabels) { picture in
      var row: [Float] = [1, 1, 1]
      row[Int(picture.pixels[0])] += margin(style(of: picture), Int(picture.pixels[1]))
      return row
    }
  }

  static let source = Digest(of: Array("decoys".utf8))

  /// One secret style among 40 decoys, without benign models.
  static func examination(in folder: URL) throws -> StyleKeyExamination {
    try StyleKeyExamination(
      decoys: cache(in: folder),
      secrets: StyledSets([pictures(style: 1_000)]),
      clean: originals(12)
    )
  }

  /// A cache of decoys in styles 1, 2, …; secrets in tests have styles from 1,000 on.
  static func cache(
    in folder: URL,
    count: Int = 40,
    originals: ImageSet? = nil,
    source: Digest = source,
    onProgress: (Int) throws -> Void = { _ in }
  ) throws -> DecoyCache {
    let originals = try originals ?? self.originals()
    return try DecoyCache.make(
      in: folder,
      originals: originals,
      count: count,
      source: source,
      onProgress: onProgress
    ) { try pictures(style: $0 + 1, count: originals.count) }
  }
}
