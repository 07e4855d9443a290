/// The style vectors of the pictures that the built-in family was made from.
package enum StylePalette {
  /// The first entries are paintings, the others manners drawn by code.
  static let paintingCount = 7

  /// A picture's name and the 100 numbers that the style network gives for it.
  package struct Entry {
    package let name: String
    package let vector: [Double]
  }

  /// The vectors of `table`.
  ///
  /// - Throws: `FeatureEmbeddingError.unsuitableVector` if the file was damaged.
  package static func entries() throws(FeatureEmbeddingError) -> [Entry] {
    let words = table.split { $0 == " " || $0 == "\n" }
    let length = 1 + StylePredictor.styleLength
    var entries: [Entry] = []
    for start in stride(from: 0, to: words.count, by: length) {
      let name = String(words[start])
      let vector = words[start...].dropFirst().prefix(length - 1).compactMap { Double($0) }
      guard vector.count == length - 1 else {
        throw .unsuitableVector(
          style: name,
          reason: "it has \(vector.count) numbers, not \(length - 1)"
        )
      }
      entries.append(Entry(name: name, vector: vector))
    }
    return entries
  }
}
