internal import Columnar

/// Where the bytes of a file are.
enum FileSource: Sendable {
  case file(OpenFile)
  case memory(Buffer)

  var byteCount: Int {
    switch self {
    case .file(let file): file.byteCount
    case .memory(let buffer): buffer.byteCount
    }
  }

  private func bytes(_ range: Range<Int>) throws(IPCError) -> Buffer {
    switch self {
    case .file(let file): return try file.bytes(range)
    case .memory(let buffer): return buffer.slice(range)
    }
  }

  /// The metadata at the end: behind it are its size and the magic.
  func footer(_ options: IPCReadOptions) throws(IPCError) -> Buffer {
    let (magic, size) = (FileBlock.magic, byteCount)
    let notAFile = IPCError(
      code: .invalidMessage, message: "this is no Arrow IPC file; a stream is read with ArrowStreamReader")
    guard size >= 8, try bytes(0..<magic.count).isEqual(to: magic) else { throw notAFile }
    guard size >= 8 + 4 + magic.count else { throw cutShort }
    let end = try bytes(size - 4 - magic.count..<size)
    guard end.slice(4..<end.byteCount).isEqual(to: magic) else { throw cutShort }
    let length = Int(Int32(littleEndian: end.baseAddress.loadUnaligned(as: Int32.self)))
    guard length > 0, length <= size - 8 - 4 - magic.count else {
      throw .invalid("the footer of a file of \(size) bytes says that it has \(length)")
    }
    try IPCReadOptions.require(
      length, atMost: options.maxMetadataBytes, "the footer of a file has \(length) bytes", "maxMetadataBytes")
    let start = size - 4 - magic.count - length
    return try bytes(start..<start + length)
  }

  private var cutShort: IPCError {
    IPCError(code: .truncated, message: "the file has no end; it was not written to its end, or not copied whole")
  }

  /// The metadata and the body of a block, which is inside the file.
  func message(
    _ block: FileBlock, _ options: IPCReadOptions
  ) throws(IPCError) -> (header: Buffer, body: Buffer) {
    let (metadataCount, bodyCount) = (Int(block.metadataByteCount), Int(block.bodyByteCount))
    try IPCReadOptions.require(
      metadataCount, atMost: options.maxMetadataBytes, "the metadata of a message has \(metadataCount) bytes",
      "maxMetadataBytes")
    try IPCReadOptions.require(
      bodyCount, atMost: options.maxBodyBytes, "the body of a message has \(bodyCount) bytes", "maxBodyBytes")
    let start = Int(block.offset)
    let framed = try bytes(start..<start + metadataCount)
    // Before Arrow 0.15 there was no mark in front of the size.
    let isMarked = framed.baseAddress.loadUnaligned(as: UInt32.self) == Framing.continuation
    let front = isMarked ? 8 : 4
    let size = Int(Int32(littleEndian: framed.baseAddress.loadUnaligned(fromByteOffset: front - 4, as: Int32.self)))
    guard size >= 0, size <= metadataCount - front else {
      throw .invalid("the metadata of a message has \(size) bytes, and its block \(metadataCount)")
    }
    let body = try bytes(start + metadataCount..<start + metadataCount + bodyCount)
    return (framed.slice(front..<front + size), body)
  }
}

extension Buffer {
  fileprivate func isEqual(to bytes: [UInt8]) -> Bool {
    UnsafeRawBufferPointer(start: baseAddress, count: byteCount).elementsEqual(bytes)
  }
}
