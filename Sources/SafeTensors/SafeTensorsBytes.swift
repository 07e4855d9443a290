/// Tensors in a safetensors file that lies in memory already, checked as strictly as one on disk.
///
/// The bytes are borrowed: whoever makes this keeps them alive and unchanged.
package struct SafeTensorsBytes {
  /// The tensors in the order of their bytes.
  package let entries: [SafeTensorsEntry]
  private let data: UnsafeRawBufferPointer

  /// Reads the header.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - name: What errors call it.
  /// - Throws: `SafeTensorsError` if the bytes are no well-formed safetensors file.
  package init(_ bytes: UnsafeRawBufferPointer, named name: String) throws {
    do {
      let lengthSize = SafeTensorsFile.lengthSize
      guard bytes.count >= lengthSize else {
        throw SafeTensorsError.Problem.noHeaderLength(fileBytes: bytes.count)
      }
      let length = bytes.prefix(lengthSize).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard length <= UInt64(bytes.count - lengthSize) else {
        throw SafeTensorsError.Problem.headerBeyondFile(
          headerBytes: Int(clamping: length),
          fileBytes: bytes.count
        )
      }
      let dataStart = lengthSize + Int(length)
      data = UnsafeRawBufferPointer(rebasing: bytes[dataStart...])
      let header = UnsafeRawBufferPointer(rebasing: bytes[lengthSize..<dataStart])
      entries = try SafeTensorsHeader(parsing: header, dataLength: data.count).entries
    } catch let problem as SafeTensorsError.Problem {
      throw SafeTensorsError(file: name, problem: problem)
    }
  }

  /// The bytes of a tensor among `entries`.
  package func bytes(of entry: SafeTensorsEntry) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: data[entry.byteRange])
  }
}
