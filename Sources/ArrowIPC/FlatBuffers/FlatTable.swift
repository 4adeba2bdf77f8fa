internal import Columnar

/// A table of a FlatBuffers message: fields by their number, each of which may be missing.
struct FlatTable {
  private let bytes: FlatBytes
  private let position: Int
  private let byteCount: Int
  /// Where the list of the fields' places is, and how many it has.
  private let places: (position: Int, count: Int)

  /// The table that a message is.
  init(root buffer: Buffer) throws(IPCError) {
    let bytes = FlatBytes(buffer)
    try self.init(bytes, at: try bytes.target(of: 0))
  }

  fileprivate init(_ bytes: FlatBytes, at position: Int) throws(IPCError) {
    try bytes.charge(FlatBytes.tableCost)
    self.bytes = bytes
    self.position = position
    let list = position - Int(try bytes.load(position, as: Int32.self))
    let (size, byteCount) = (
      Int(try bytes.load(list, as: UInt16.self)), Int(try bytes.load(list + 2, as: UInt16.self))
    )
    guard size >= 4, size.isMultiple(of: 2), bytes.hold(size, at: list), bytes.hold(byteCount, at: position) else {
      throw .invalid("a table of the metadata at byte \(position) reaches beyond its \(bytes.count) bytes")
    }
    self.byteCount = byteCount
    places = (list + 4, (size - 4) / 2)
  }

  /// Where a field is; nil when it is missing.
  private func place(of field: Int, byteCount size: Int) throws(IPCError) -> Int? {
    guard field < places.count else { return nil }
    let place = Int(try bytes.load(places.position + 2 * field, as: UInt16.self))
    guard place > 0 else { return nil }
    guard place >= 4, place + size <= byteCount else {
      throw .invalid("field \(field) of a table of the metadata lies outside the table")
    }
    return position + place
  }

  func integer<T: BitwiseCopyable & FixedWidthInteger>(_ field: Int, default value: T) throws(IPCError) -> T {
    guard let place = try place(of: field, byteCount: MemoryLayout<T>.size) else { return value }
    return try bytes.load(place, as: T.self)
  }

  func bool(_ field: Int) throws(IPCError) -> Bool { try integer(field, default: UInt8(0)) != 0 }

  func string(_ field: Int) throws(IPCError) -> String? {
    guard let place = try place(of: field, byteCount: 4) else { return nil }
    return try bytes.string(at: try bytes.target(of: place))
  }

  func table(_ field: Int) throws(IPCError) -> FlatTable? {
    guard let place = try place(of: field, byteCount: 4) else { return nil }
    return try FlatTable(bytes, at: try bytes.target(of: place))
  }

  /// A list of structs or numbers with `stride` bytes each; empty when it is missing.
  func vector(_ field: Int, stride: Int) throws(IPCError) -> FlatVector {
    guard let place = try place(of: field, byteCount: 4) else { return FlatVector(bytes, at: 0, count: 0, stride) }
    let start = try bytes.target(of: place)
    let count = Int(try bytes.load(start, as: UInt32.self))
    guard bytes.hold(count * stride, at: start + 4) else {
      throw .invalid("a list of the metadata says that it has \(count) elements, and they are not there")
    }
    return FlatVector(bytes, at: start + 4, count: count, stride)
  }

  /// A list of tables; empty when it is missing.
  func tables(_ field: Int) throws(IPCError) -> FlatVector { try vector(field, stride: 4) }
}

/// A list of a FlatBuffers message. All of it is there.
struct FlatVector {
  private let bytes: FlatBytes
  private let position: Int
  private let stride: Int
  let count: Int

  fileprivate init(_ bytes: FlatBytes, at position: Int, count: Int, _ stride: Int) {
    (self.bytes, self.position, self.count, self.stride) = (bytes, position, count, stride)
  }

  /// A number in an element, `offset` bytes after the element's start.
  func integer<T: BitwiseCopyable & FixedWidthInteger>(
    _ index: Int, at offset: Int = 0, as type: T.Type
  ) throws(IPCError) -> T {
    guard index >= 0, index < count else { throw .invalid("the metadata lacks element \(index) of a list") }
    return try bytes.load(position + index * stride + offset, as: T.self)
  }

  func table(_ index: Int) throws(IPCError) -> FlatTable {
    guard index >= 0, index < count else { throw .invalid("the metadata lacks table \(index) of a list") }
    return try FlatTable(bytes, at: try bytes.target(of: position + index * stride))
  }
}
