/// Letters of another case, and bytes replaced by others: texts of the same length.
enum CaseKernels {
  static let table: [Operation] = [
    Operation(
      "str.lower", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.lower()", mapped(Lower())),
    Operation(
      "str.casefold", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.casefold()", mapped(Lower())),
    Operation(
      "str.upper", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.upper()", mapped(Upper())),
    Operation(
      "str.swapcase", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.swapcase()", mapped(Swap())),
    Operation(
      "str.capitalize", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.capitalize()",
      following { _, isFirst in isFirst }),
    Operation(
      "str.title", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.title()",
      following { before, _ in !TextKernels.isLetter(before) }),
  ]

  /// What becomes of eight bytes at once, in one register: the compiler takes vectors of bytes apart here.
  protocol ByteMap: Sendable {
    func apply(_ bytes: UInt64) -> UInt64
  }

  private struct Lower: ByteMap {
    @inline(__always)
    func apply(_ bytes: UInt64) -> UInt64 { bytes | (CaseKernels.uppers(bytes) &>> 2) }
  }

  private struct Upper: ByteMap {
    @inline(__always)
    func apply(_ bytes: UInt64) -> UInt64 { bytes & ~(CaseKernels.lowers(bytes) &>> 2) }
  }

  private struct Swap: ByteMap {
    @inline(__always)
    func apply(_ bytes: UInt64) -> UInt64 {
      bytes ^ ((CaseKernels.uppers(bytes) | CaseKernels.lowers(bytes)) &>> 2)
    }
  }

  /// One byte for another.
  struct Replace: ByteMap {
    let old: UInt64
    let new: UInt64

    init(old: UInt8, new: UInt8) {
      (self.old, self.new) = (UInt64(old) &* CaseKernels.ones, UInt64(new) &* CaseKernels.ones)
    }

    @inline(__always)
    func apply(_ bytes: UInt64) -> UInt64 {
      let rest = bytes ^ old
      // The highest bit of each byte that is the old one.
      let (highs, lows) = (CaseKernels.highs, CaseKernels.highs &- CaseKernels.ones)
      let found = ~(((rest & lows) &+ lows) | rest) & highs
      let all = (found &>> 7) &* 0xFF
      return (bytes & ~all) | (new & all)
    }
  }

  /// The highest bit of each byte from A to Z.
  @inline(__always)
  private static func uppers(_ bytes: UInt64) -> UInt64 {
    let low = bytes & (highs &- ones)
    return ((low &+ (ones &* 0x3F)) ^ (low &+ (ones &* 0x25))) & ~bytes & highs
  }

  /// The highest bit of each byte from a to z.
  @inline(__always)
  private static func lowers(_ bytes: UInt64) -> UInt64 {
    let low = bytes & (highs &- ones)
    return ((low &+ (ones &* 0x1F)) ^ (low &+ (ones &* 0x05))) & ~bytes & highs
  }

  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  private static func lower(_ byte: UInt8) -> UInt8 { TextKernels.isUpper(byte) ? byte | 0x20 : byte }
  private static func upper(_ byte: UInt8) -> UInt8 { TextKernels.isLower(byte) ? byte & 0xDF : byte }

  /// Writes what becomes of a text's bytes: many at once, of which the last may be some of those before.
  @inline(__always)
  static func map<Map: ByteMap>(_ text: TextView, _ memory: UnsafeMutablePointer<UInt8>, _ map: Map) {
    let (source, target, count) = (UnsafeRawPointer(text.start), UnsafeMutableRawPointer(memory), text.count)
    if count >= 8 {
      var place = 0
      while place &+ 8 <= count {
        let bytes = source.loadUnaligned(fromByteOffset: place, as: UInt64.self)
        target.storeBytes(of: map.apply(bytes), toByteOffset: place, as: UInt64.self)
        place &+= 8
      }
      if place < count {
        let bytes = source.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
        target.storeBytes(of: map.apply(bytes), toByteOffset: count &- 8, as: UInt64.self)
      }
    } else if count >= 4 {
      let first = source.loadUnaligned(as: UInt32.self)
      let last = source.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      let mapped = map.apply(UInt64(first) | UInt64(last) &<< 32)
      target.storeBytes(of: UInt32(truncatingIfNeeded: mapped), as: UInt32.self)
      target.storeBytes(of: UInt32(truncatingIfNeeded: mapped &>> 32), toByteOffset: count &- 4, as: UInt32.self)
    } else {
      for place in 0..<count {
        let byte = map.apply(UInt64(source.load(fromByteOffset: place, as: UInt8.self)))
        target.storeBytes(of: UInt8(truncatingIfNeeded: byte), toByteOffset: place, as: UInt8.self)
      }
    }
  }

  private static func mapped<Map: ByteMap>(_ byteMap: Map) -> KernelMaker {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        let fails = TextKernels.markOthers(lanes, selection, operand)
        return replaced(lanes, selection, result, operand, byteMap) || fails
      }
    }
  }

  /// Makes a text of each row's with other bytes; of all at once where they are one behind the other.
  static func replaced<Map: ByteMap>(
    _ lanes: Lanes, _ selection: Selection, _ result: Int, _ operand: Int, _ byteMap: Map
  ) -> Bool {
    let (results, texts) = (Texts(lanes, result), Texts(lanes, operand))
    if let all = texts.adjoining(selection), let memory = lanes.arena.reserve(all.count) {
      lanes.arena.take(all.count)
      TextKernels.inherit(lanes, result, operand)
      map(all, memory, byteMap)
      selection.each { row in
        // An empty one may be anywhere.
        var text = texts[row]
        if text.count > 0 { text.start = UnsafePointer(memory + (text.start - all.start)) }
        results[row] = text
      }
      return false
    }
    return make(lanes, selection, result, operand) { text, memory in map(text, memory, byteMap) }
  }

  /// Upper case where a test of the byte before says so, else lower case.
  private static func following(_ isUpper: @escaping @Sendable (_ before: UInt8, _ isFirst: Bool) -> Bool)
    -> KernelMaker
  {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        let fails = TextKernels.markOthers(lanes, selection, operand)
        return make(lanes, selection, result, operand) { text, memory in
          for place in 0..<text.count {
            let byte = text.start[place]
            let before = place > 0 ? text.start[place - 1] : 0
            memory[place] = isUpper(before, place == 0) ? upper(byte) : lower(byte)
          }
        } || fails
      }
    }
  }

  /// Makes a text of as many bytes for each row.
  @inline(__always)
  private static func make(
    _ lanes: Lanes, _ selection: Selection, _ result: Int, _ operand: Int,
    _ body: (TextView, UnsafeMutablePointer<UInt8>) -> Void
  ) -> Bool {
    let (results, texts) = (Texts(lanes, result), Texts(lanes, operand))
    TextKernels.inherit(lanes, result, operand)
    var (total, longest) = (0, 0)
    selection.each { row in
      let count = texts.count(row)
      total &+= count
      longest = max(longest, count)
    }
    // All of them one behind the other, where they fit.
    if longest <= TextArena.textLimit, var memory = lanes.arena.reserve(all: total) {
      lanes.arena.take(total)
      selection.each { row in
        let text = texts[row]
        body(text, memory)
        results[row] = TextView(start: UnsafePointer(memory), count: text.count)
        memory += text.count
      }
      return false
    }
    return lanes.fillTexts(result, selection) { row in
      let text = texts[row]
      guard let memory = lanes.arena.reserve(text.count) else { return nil }
      body(text, memory)
      lanes.arena.take(text.count)
      return TextView(start: UnsafePointer(memory), count: text.count)
    }
  }
}
