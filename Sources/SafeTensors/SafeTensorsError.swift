public import Artifacts

/// Why a safetensors file cannot be read or written.
public struct SafeTensorsError: Error, Sendable, Hashable {
  /// The path of the file.
  public let file: String
  /// What is wrong with it.
  public let problem: Problem

  package init(file: String, problem: Problem) {
    self.file = file
    self.problem = problem
  }

  /// Everything that can be wrong with a safetensors file.
  public enum Problem: Error, Sendable, Hashable {
    /// The file cannot be opened, read or written.
    case system(ArtifactError)
    /// The file ends within the eight bytes that give the header's length.
    case noHeaderLength(fileBytes: Int)
    /// The header is longer than the format allows.
    case headerTooLong(bytes: UInt64, limit: Int)
    /// The file ends before the header does.
    case headerBeyondFile(headerBytes: Int, fileBytes: Int)
    /// The header does not start with `{`.
    case headerNotAnObject
    /// The header is not strict JSON in UTF-8.
    case malformedHeader(JSONSyntaxError)
    /// Two tensors, or two metadata objects, have the same name.
    case duplicateName(String)
    /// A field of a tensor, or a key of the metadata, occurs twice.
    case duplicateField(tensor: String, field: String)
    /// A field that the format does not know.
    case unknownField(tensor: String, field: String)
    /// A tensor lacks its type, shape or place.
    case missingField(tensor: String, field: String)
    /// A field, or a tensor's whole description, holds another kind of value.
    case wrongFieldType(tensor: String, field: String, expected: String)
    /// An element type that Hallmark does not know.
    case unknownDataType(tensor: String, dataType: String)
    /// A size or offset is negative, fractional or beyond 63 bits.
    case badNumber(tensor: String, field: String, number: String)
    /// `data_offsets` does not hold two numbers.
    case badOffsetCount(tensor: String, count: Int)
    /// A shape has more sizes than Hallmark reads.
    case tooManyDimensions(tensor: String, limit: Int)
    /// The file holds more tensors, or more metadata, than Hallmark reads.
    case tooManyEntries(limit: Int)
    /// The product of a shape is beyond what a computer can address.
    case shapeTooLarge(tensor: String, shape: [Int])
    /// A tensor ends before it starts.
    case reversedOffsets(tensor: String, start: Int, end: Int)
    /// A tensor's place is not as long as its type and shape ask for.
    case wrongByteCount(tensor: String, expected: Int, found: Int)
    /// A tensor starts before its predecessor ends.
    case overlap(tensor: String, start: Int, previousEnd: Int)
    /// Bytes between two tensors belong to neither.
    case gap(tensor: String, start: Int, previousEnd: Int)
    /// The last tensor does not end where the file ends.
    case wrongDataLength(tensorBytes: Int, fileBytes: Int)
    /// No tensor has this name.
    case noSuchTensor(name: String)
    /// The file has been shortened since it was opened.
    case changedWhileOpen(tensor: String, expected: Int, found: Int)
    /// The memory for a tensor cannot be had.
    case outOfMemory(tensor: String, bytes: Int)
    /// The name is taken by the format itself.
    case reservedName(String)
  }
}

extension SafeTensorsError: CustomStringConvertible {
  /// The file, the problem in words, and what to do.
  public var description: String {
    if case .system(let error) = problem { return error.description }
    return "'\(file)': \(problem)\n  \(problem.remedy)"
  }
}

extension SafeTensorsError.Problem {
  fileprivate var remedy: String {
    switch self {
    case .noHeaderLength, .headerTooLong, .headerNotAnObject, .malformedHeader:
      """
      Give a safetensors file: in PyTorch, safetensors.torch.save_file(model.state_dict(), path). Checkpoints \
      of torch.save are not read.
      """
    case .headerBeyondFile, .wrongDataLength, .changedWhileOpen:
      "Copy or write the file again, whole."
    case .tooManyDimensions, .tooManyEntries, .outOfMemory, .unknownDataType, .shapeTooLarge:
      "Give the weights of a single image classifier, in float32, float16 or bfloat16."
    case .noSuchTensor:
      "Give the file that was meant; 'hallmark inspect' lists what is in this one."
    default:
      "Write the file again with the safetensors library."
    }
  }
}

extension SafeTensorsError.Problem: CustomStringConvertible {
  /// The problem in words: the tensor and the two values that disagree.
  public var description: String {
    fileProblem ?? tensorProblem
  }

  private var fileProblem: String? {
    switch self {
    case .system(let error): error.description
    case .noHeaderLength(let bytes):
      "not a safetensors file: it has \(bytes) bytes, its header length alone takes 8"
    case .headerTooLong(let bytes, let limit):
      "not a safetensors file: header of \(bytes) bytes, at most \(limit) are allowed"
    case .headerBeyondFile(let header, let file):
      "header of \(header) bytes in a file of \(file) bytes; is the file cut off?"
    case .headerNotAnObject:
      "not a safetensors file: the header does not start with '{'"
    case .malformedHeader(let problem):
      "malformed header: \(problem)"
    case .tooManyEntries(let limit):
      "more than \(limit) tensors or metadata entries"
    case .wrongDataLength(let tensors, let file):
      "tensors take \(tensors) bytes, the file holds \(file) bytes of data; is it cut off?"
    default: nil
    }
  }

  private var tensorProblem: String {
    switch self {
    case .duplicateName(let name):
      "two entries are named \(name.quoted)"
    case .duplicateField(let tensor, let field):
      "\(tensor.quoted): two fields are named \(field.quoted)"
    case .unknownField(let tensor, let field):
      "tensor \(tensor.quoted): unknown field \(field.quoted)"
    case .missingField(let tensor, let field):
      "tensor \(tensor.quoted): field \(field.quoted) is missing"
    case .wrongFieldType(let tensor, let field, let expected):
      "\(tensor.quoted): \(field.quoted) must be \(expected)"
    case .unknownDataType(let tensor, let dataType):
      "tensor \(tensor.quoted): unknown element type \(dataType.quoted); known are "
        + SafeTensorsDataType.allCases.map(\.rawValue).joined(separator: ", ")
    case .badNumber(let tensor, let field, let number):
      "tensor \(tensor.quoted): \(field.quoted) holds \(number.prefix(40)), "
        + "which is not an integer in 0 ..< 2^63"
    case .badOffsetCount(let tensor, let count):
      "tensor \(tensor.quoted): \(count) data offsets instead of 2"
    case .tooManyDimensions(let tensor, let limit):
      "tensor \(tensor.quoted): more than \(limit) dimensions"
    case .shapeTooLarge(let tensor, let shape):
      "tensor \(tensor.quoted): shape \(shape) is not one that memory can hold"
    case .reversedOffsets(let tensor, let start, let end):
      "tensor \(tensor.quoted): starts at \(start) but ends at \(end)"
    case .wrongByteCount(let tensor, let expected, let found):
      "tensor \(tensor.quoted): type and shape ask for \(expected) bytes, there are \(found)"
    case .overlap(let tensor, let start, let previousEnd):
      "tensor \(tensor.quoted): starts at \(start), within the one that ends at \(previousEnd)"
    case .gap(let tensor, let start, let previousEnd):
      "tensor \(tensor.quoted): starts at \(start), the one before it ends at \(previousEnd)"
    case .noSuchTensor(let name):
      "there is no tensor \(name.quoted)"
    case .changedWhileOpen(let tensor, let expected, let found):
      "tensor \(tensor.quoted): \(found) of \(expected) bytes are left; "
        + "the file changed while it was open"
    case .outOfMemory(let tensor, let bytes):
      "tensor \(tensor.quoted): no memory for its \(bytes) bytes"
    case .reservedName(let name):
      "a tensor cannot be named \(name.quoted); the format keeps that name"
    default: fileProblem ?? ""
    }
  }
}

extension String {
  /// The text in quotes, fit for a terminal: names in a hostile file may have millions of characters, or move
  /// its cursor.
  fileprivate var quoted: String { "'\(printable(limit: 100))'" }
}
