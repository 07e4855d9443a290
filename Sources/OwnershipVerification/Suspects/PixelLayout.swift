/// The order of a picture's numbers.
public enum PixelLayout: String, Sendable, Hashable, Codable, CaseIterable {
  /// Whole planes of red, green and blue: `[N, 3, H, W]`, as PyTorch has it.
  case channelsFirst
  /// Red, green and blue of one pixel after the other: `[N, H, W, 3]`, as TensorFlow has it.
  case channelsLast

  /// Rearranges pictures that lie as `[N, 3, H, W]`.
  func arranged(_ pixels: [UInt8], height: Int, width: Int) -> [UInt8] {
    guard self == .channelsLast else { return pixels }
    let plane = height * width
    return [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
      for (position, value) in pixels.enumerated() {
        let (picture, inPicture) = position.quotientAndRemainder(dividingBy: 3 * plane)
        let (channel, pixel) = inPicture.quotientAndRemainder(dividingBy: plane)
        target[picture * 3 * plane + pixel * 3 + channel] = value
      }
      count = pixels.count
    }
  }

  /// The shape of a batch.
  func shape(count: Int, height: Int, width: Int) -> [Int] {
    self == .channelsFirst ? [count, 3, height, width] : [count, height, width, 3]
  }
}
