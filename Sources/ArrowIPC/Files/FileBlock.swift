internal import Columnar

/// Where a message is in a file, as the footer says.
struct FileBlock: Sendable {
  /// What the footer takes for each.
  static let stride = 24
  /// What a file starts with, filled up to a multiple of 8, and ends with.
  static let magic = Array("ARROW1".utf8)

  var offset: Int64
  /// With the marks in front of it, and with padding.
  var metadataByteCount: Int64
  var bodyByteCount: Int64

  /// The numbers as the footer has them. The second has 32 bits, and four bytes of padding, which are those of a small
  /// number of 64.
  var words: [Int64] { [offset, metadataByteCount, bodyByteCount] }

  init(offset: Int64, metadataByteCount: Int64, bodyByteCount: Int64) {
    (self.offset, self.metadataByteCount, self.bodyByteCount) = (offset, metadataByteCount, bodyByteCount)
  }

  /// The block at `index` of a footer's list. Throws `invalidMessage` when it is not inside the file.
  init(_ list: FlatVector, _ index: Int, fileByteCount: Int) throws(IPCError) {
    offset = try list.integer(index, as: Int64.self)
    metadataByteCount = Int64(try list.integer(index, at: 8, as: Int32.self))
    bodyByteCount = try list.integer(index, at: 16, as: Int64.self)
    let size = Int64(fileByteCount)
    guard offset >= 0, metadataByteCount >= 8, bodyByteCount >= 0, offset <= size, metadataByteCount <= size - offset,
      bodyByteCount <= size - offset - metadataByteCount
    else {
      throw .invalid(
        "the footer of a file of \(size) bytes says that there are \(metadataByteCount) and \(bodyByteCount) bytes of a "
          + "message from byte \(offset) on")
    }
  }
}
