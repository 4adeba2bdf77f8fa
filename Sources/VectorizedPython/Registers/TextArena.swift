/// Memory for the texts that kernels make of a chunk's rows; it stays where it is until the next chunk.
final class TextArena {
  /// What the texts of one chunk may take. Rows whose texts take more are left to CPython, whose memory is accounted for.
  static let limit = 8 << 20
  /// What one text may take: a larger one is for CPython to make, or to refuse.
  static let textLimit = 1 << 20
  private static let blockSize = 1 << 18

  /// Where the next text goes. In memory of its own, as each access to a variable of an object is checked.
  private struct Place {
    var next: UnsafeMutablePointer<UInt8>
    /// How many bytes there are from there on that may be taken.
    var room = 0
    var total = 0
  }

  private var blocks: [UnsafeMutableBufferPointer<UInt8>]
  private let place: UnsafeMutablePointer<Place>

  init() {
    let first = UnsafeMutablePointer<UInt8>.allocate(capacity: Self.blockSize)
    blocks = [UnsafeMutableBufferPointer(start: first, count: Self.blockSize)]
    place = .allocate(capacity: 1)
    place.initialize(to: Place(next: first, room: Self.blockSize))
  }

  deinit {
    for block in blocks { block.deallocate() }
    place.deallocate()
  }

  /// The bytes of the texts that have been made for the chunk.
  var total: Int { place.pointee.total }

  func reset() {
    // One block is enough for most; the others go.
    for spare in blocks.dropFirst() { spare.deallocate() }
    if blocks.count > 1 { blocks.removeLast(blocks.count - 1) }
    begin(blocks[0], total: 0)
  }

  private func begin(_ block: UnsafeMutableBufferPointer<UInt8>, total: Int) {
    guard let start = block.baseAddress else { return }
    place.pointee = Place(next: start, room: min(block.count, Self.limit - total), total: total)
  }

  /// Room for a text of so many bytes, of which the caller may take fewer; nil when there is none left.
  @inline(__always)
  func reserve(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
    guard count >= 0, count <= Self.textLimit else { return nil }
    return reserve(all: count)
  }

  /// Room for texts of so many bytes together.
  @inline(__always)
  func reserve(all count: Int) -> UnsafeMutablePointer<UInt8>? {
    count <= place.pointee.room ? place.pointee.next : more(count)
  }

  @inline(never)
  private func more(_ count: Int) -> UnsafeMutablePointer<UInt8>? {
    guard total + count <= Self.limit else { return nil }
    blocks.append(.allocate(capacity: max(count, Self.blockSize)))
    begin(blocks[blocks.count - 1], total: total)
    return place.pointee.next
  }

  /// Takes so many bytes of those that were reserved last.
  @inline(__always)
  func take(_ count: Int) {
    place.pointee.next += count
    place.pointee.room &-= count
    place.pointee.total &+= count
  }
}
