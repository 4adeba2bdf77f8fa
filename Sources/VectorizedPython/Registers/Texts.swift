import Essentials

/// A text in memory that somebody else keeps: UTF-8, which may be empty.
struct TextView {
  var start: UnsafePointer<UInt8>
  var count: Int

  @inline(__always)
  static func == (left: TextView, right: TextView) -> Bool {
    left.count == right.count && areEqual(left.start, right.start, left.count)
  }

  /// Where another text begins in this one, at the earliest at a place; nil if it does not.
  @inline(__always)
  func find(_ other: TextView, from place: Int = 0) -> Int? {
    if other.count == 0 { return place <= count ? place : nil }
    guard count - place >= other.count else { return nil }
    if isLong(for: other) { return search(for: other, from: place, last: false) }
    let first = Int32(other.start[0])
    var at = place
    while at <= count - other.count {
      guard let found = memchr(start + at, first, count - other.count - at + 1) else { return nil }
      at = UnsafeRawPointer(found) - UnsafeRawPointer(start)
      if memcmp(start + at, other.start, other.count) == 0 { return at }
      at += 1
    }
    return nil
  }

  /// Whether comparing at each place could take the product of both lengths, and that is much.
  @inline(__always)
  func isLong(for other: TextView) -> Bool { other.count > 16 && count > 4096 }

  /// Where another text begins in this one, at the latest.
  func findLast(_ other: TextView) -> Int? {
    if isLong(for: other) { return search(for: other, from: 0, last: true) }
    var at = count - other.count
    while at >= 0 {
      if memcmp(start + at, other.start, other.count) == 0 { return at }
      at -= 1
    }
    return nil
  }

  /// The first or the last place of another text, in a time that both lengths only add to (Knuth, Morris and Pratt).
  private func search(for other: TextView, from place: Int, last: Bool) -> Int? {
    guard other.count <= count - place else { return nil }
    // How much of the text is still found when the next byte is another.
    var shorter = [Int](repeating: 0, count: other.count)
    var matched = 0
    for at in 1..<other.count {
      while matched > 0, other.start[at] != other.start[matched] { matched = shorter[matched - 1] }
      if other.start[at] == other.start[matched] { matched += 1 }
      shorter[at] = matched
    }
    matched = 0
    var found: Int?
    for at in place..<count {
      while matched > 0, start[at] != other.start[matched] { matched = shorter[matched - 1] }
      if start[at] == other.start[matched] { matched += 1 }
      guard matched == other.count else { continue }
      found = at + 1 - matched
      if !last { return found }
      matched = shorter[matched - 1]
    }
    return found
  }

  @inline(__always)
  func hasPrefix(_ other: TextView) -> Bool { count >= other.count && Self.areEqual(start, other.start, other.count) }

  @inline(__always)
  func hasSuffix(_ other: TextView) -> Bool {
    count >= other.count && Self.areEqual(start + (count - other.count), other.start, other.count)
  }

  /// Whether bytes are the same, without a call where they are few, as they mostly are.
  @inline(__always)
  private static func areEqual(_ one: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let (left, right) = (UnsafeRawPointer(one), UnsafeRawPointer(other))
    if count > 16 { return memcmp(left, right, count) == 0 }
    // Of each number the first and the last bytes, which may be the same ones.
    if count >= 8 {
      let first = left.loadUnaligned(as: UInt64.self) ^ right.loadUnaligned(as: UInt64.self)
      let last = left.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      return first | (last ^ right.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)) == 0
    }
    if count >= 4 {
      let first = left.loadUnaligned(as: UInt32.self) ^ right.loadUnaligned(as: UInt32.self)
      let last = left.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      return first | (last ^ right.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)) == 0
    }
    for place in 0..<count where one[place] != other[place] { return false }
    return true
  }

  @inline(__always)
  var isASCII: Bool {
    let bytes = UnsafeRawPointer(start)
    if count < 8 {
      var all: UInt8 = 0
      for place in 0..<count { all |= start[place] }
      return all < 0x80
    }
    // The last eight bytes may be some of those before.
    var all = bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
    var place = 0
    while place + 8 <= count {
      all |= bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      place += 8
    }
    return all & 0x8080_8080_8080_8080 == 0
  }

  /// Copies the bytes, which are mostly few, without a call where they are.
  @inline(__always)
  func copy(to target: UnsafeMutablePointer<UInt8>) {
    let (bytes, target) = (UnsafeRawPointer(start), UnsafeMutableRawPointer(target))
    if count > 32 {
      target.copyMemory(from: bytes, byteCount: count)
    } else if count >= 16 {
      let (first, last) = (
        bytes.loadUnaligned(as: SIMD16<UInt8>.self),
        bytes.loadUnaligned(fromByteOffset: count - 16, as: SIMD16<UInt8>.self)
      )
      target.storeBytes(of: first, as: SIMD16<UInt8>.self)
      target.storeBytes(of: last, toByteOffset: count - 16, as: SIMD16<UInt8>.self)
    } else if count >= 8 {
      let (first, last) = (
        bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
      )
      target.storeBytes(of: first, as: UInt64.self)
      target.storeBytes(of: last, toByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
      let (first, last) = (
        bytes.loadUnaligned(as: UInt32.self), bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
      )
      target.storeBytes(of: first, as: UInt32.self)
      target.storeBytes(of: last, toByteOffset: count - 4, as: UInt32.self)
    } else {
      for place in 0..<count { target.storeBytes(of: start[place], toByteOffset: place, as: UInt8.self) }
    }
  }
}

/// The texts of a register's rows. The address of an empty one is any that may be read from.
struct Texts {
  private let starts: UnsafeMutablePointer<Int>
  private let counts: UnsafeMutablePointer<Int>

  /// Where texts of no bytes are.
  // Never written after this.
  nonisolated(unsafe) static let nowhere: UnsafePointer<UInt8> = {
    let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    memory.initialize(repeating: 0, count: 16)
    return UnsafePointer(memory)
  }()

  @inline(__always)
  init(_ lanes: Lanes, _ register: Int) {
    starts = lanes.values(register, as: Int.self)
    counts = lanes.values(register + 1, as: Int.self)
  }

  /// Makes rows of a column the texts, if these are ASCII, none of them large and no offset wrong: then all bytes are looked
  /// at together.
  ///
  /// - Returns: the bytes of all of them; nil when they are others, and nothing is done.
  func fill(_ rows: Range<Int>, _ offsets: UnsafePointer<Int32>, _ data: UnsafeRawBufferPointer) -> Int? {
    guard let base = data.baseAddress else { return nil }
    let offsets = offsets + rows.lowerBound
    let (low, high) = (Int(offsets[0]), Int(offsets[rows.count]))
    guard low >= 0, low <= high, high <= data.count, high - low <= TextArena.textLimit else { return nil }
    var wrong: Int32 = 0
    for row in 0..<rows.count { wrong |= offsets[row &+ 1] < offsets[row] ? 1 : 0 }
    let bytes = TextView(start: (base + low).assumingMemoryBound(to: UInt8.self), count: high - low)
    guard wrong == 0, bytes.isASCII else { return nil }
    let address = Int(bitPattern: base)
    for row in 0..<rows.count {
      starts[row] = address &+ Int(offsets[row])
      counts[row] = Int(offsets[row &+ 1] &- offsets[row])
    }
    return bytes.count
  }

  /// All texts of the rows as one, if they are one behind the other and there are any; where empty ones are does not count.
  @inline(__always)
  func adjoining(_ selection: Selection) -> TextView? {
    var (first, next, gaps) = (0, 0, 0)
    selection.each { row in
      let (start, count) = (starts[row], counts[row])
      if next == 0, count != 0 { (first, next) = (start, start) }
      gaps |= count == 0 ? 0 : start ^ next
      next = count == 0 ? next : start &+ count
    }
    guard gaps == 0, let start = UnsafePointer<UInt8>(bitPattern: first) else { return nil }
    return TextView(start: start, count: next - first)
  }

  /// The bytes of a row's text.
  @inline(__always)
  func count(_ row: Int) -> Int { counts[row] }

  @inline(__always)
  subscript(row: Int) -> TextView {
    get {
      TextView(start: UnsafePointer(bitPattern: starts[row]) ?? Self.nowhere, count: counts[row])
    }
    nonmutating set {
      starts[row] = Int(bitPattern: newValue.start)
      counts[row] = newValue.count
    }
  }
}

/// Texts of a program that stay where they are for as long as it is there.
final class ConstantTexts: @unchecked Sendable {
  // Sendable because the memory is written once, before anybody else has it.
  private let memory: UnsafeMutableRawBufferPointer
  private let views: [TextView]
  let isASCII: Bool

  init(_ texts: [String]) {
    let bytes = texts.map { Array($0.utf8) }
    // Kernels may look at a few bytes behind a text.
    memory = .allocate(byteCount: bytes.reduce(16) { $0 + $1.count }, alignment: 16)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    var at = 0
    var views: [TextView] = []
    for text in bytes {
      memory[at..<at + text.count].copyBytes(from: text)
      let start = memory.baseAddress.map { UnsafePointer(($0 + at).assumingMemoryBound(to: UInt8.self)) }
      views.append(TextView(start: start ?? Texts.nowhere, count: text.count))
      at += text.count
    }
    self.views = views
    isASCII = bytes.allSatisfy { $0.allSatisfy { $0 < 0x80 } }
  }

  deinit { memory.deallocate() }

  /// An empty text where there is none.
  @inline(__always)
  subscript(place: Int) -> TextView {
    views.indices.contains(place) ? views[place] : TextView(start: Texts.nowhere, count: 0)
  }

  var count: Int { views.count }
}

/// A table of texts by their bytes.
final class TextTable: Sendable {
  private let texts: ConstantTexts
  private let slots: [Int32]

  init(_ keys: [String]) {
    texts = ConstantTexts(keys)
    var capacity = 4
    while capacity < keys.count * 3 { capacity *= 2 }
    var slots = [Int32](repeating: -1, count: capacity)
    for place in keys.indices {
      var slot = Self.hash(texts[place]) & (capacity - 1)
      while slots[slot] >= 0, !(texts[Int(slots[slot])] == texts[place]) { slot = (slot + 1) & (capacity - 1) }
      if slots[slot] < 0 { slots[slot] = Int32(place) }
    }
    self.slots = slots
  }

  /// The place of a text among the keys; -1 for none.
  @inline(__always)
  func find(_ text: TextView) -> Int64 {
    var slot = Self.hash(text) & (slots.count - 1)
    while true {
      let place = slots[slot]
      if place < 0 { return -1 }
      if texts[Int(place)] == text { return Int64(place) }
      slot = (slot + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private static func hash(_ text: TextView) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(text.count)
    for place in 0..<text.count { hash = (hash ^ UInt64(text.start[place])) &* 0x0000_0100_0000_01B3 }
    return Int(truncatingIfNeeded: (hash ^ (hash >> 29)) & 0x7FFF_FFFF)
  }
}
