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

  /// What becomes of each byte.
  protocol ByteMap: Sendable {
    func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8>
  }

  private struct Lower: ByteMap {
    func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      bytes.replacing(with: bytes | 0x20, where: (bytes &- 65) .< 26)
    }
  }

  private struct Upper: ByteMap {
    func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      bytes.replacing(with: bytes & 0xDF, where: (bytes &- 97) .< 26)
    }
  }

  private struct Swap: ByteMap {
    func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      bytes.replacing(with: bytes ^ 0x20, where: ((bytes | 0x20) &- 97) .< 26)
    }
  }

  /// One byte for another.
  struct Replace: ByteMap {
    let old: UInt8
    let new: UInt8

    func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> { bytes.replacing(with: new, where: bytes .== old) }
  }

  private static func lower(_ byte: UInt8) -> UInt8 { TextKernels.isUpper(byte) ? byte | 0x20 : byte }
  private static func upper(_ byte: UInt8) -> UInt8 { TextKernels.isLower(byte) ? byte & 0xDF : byte }

  /// Writes what becomes of a text's bytes: many at once, of which the last may be some of those before.
  @inline(__always)
  static func map<Map: ByteMap>(_ text: TextView, _ memory: UnsafeMutablePointer<UInt8>, _ map: Map) {
    let (source, target, count) = (UnsafeRawPointer(text.start), UnsafeMutableRawPointer(memory), text.count)
    if count >= 16 {
      func step(at place: Int) {
        let bytes = source.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
        target.storeBytes(of: map.apply(bytes), toByteOffset: place, as: SIMD16<UInt8>.self)
      }
      var place = 0
      while place + 16 <= count {
        step(at: place)
        place += 16
      }
      if place < count { step(at: count - 16) }
    } else if count >= 8 {
      let bytes = SIMD2(
        source.loadUnaligned(as: UInt64.self), source.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
      let mapped = unsafeBitCast(map.apply(unsafeBitCast(bytes, to: SIMD16<UInt8>.self)), to: SIMD2<UInt64>.self)
      target.storeBytes(of: mapped[0], as: UInt64.self)
      target.storeBytes(of: mapped[1], toByteOffset: count - 8, as: UInt64.self)
    } else if count >= 4 {
      let bytes = SIMD4(
        source.loadUnaligned(as: UInt32.self), source.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self), 0, 0)
      let mapped = unsafeBitCast(map.apply(unsafeBitCast(bytes, to: SIMD16<UInt8>.self)), to: SIMD4<UInt32>.self)
      target.storeBytes(of: mapped[0], as: UInt32.self)
      target.storeBytes(of: mapped[1], toByteOffset: count - 4, as: UInt32.self)
    } else {
      for place in 0..<count {
        let byte = source.load(fromByteOffset: place, as: UInt8.self)
        target.storeBytes(of: map.apply(SIMD16(repeating: byte))[0], toByteOffset: place, as: UInt8.self)
      }
    }
  }

  private static func mapped<Map: ByteMap>(_ byteMap: Map) -> KernelMaker {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        make(lanes, selection, result, operand) { text, memory in map(text, memory, byteMap) }
      }
    }
  }

  /// Upper case where a test of the byte before says so, else lower case.
  private static func following(_ isUpper: @escaping @Sendable (_ before: UInt8, _ isFirst: Bool) -> Bool)
    -> KernelMaker
  {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        make(lanes, selection, result, operand) { text, memory in
          for place in 0..<text.count {
            let byte = text.start[place]
            let before = place > 0 ? text.start[place - 1] : 0
            memory[place] = isUpper(before, place == 0) ? upper(byte) : lower(byte)
          }
        }
      }
    }
  }

  /// Makes a text of as many bytes for each row.
  @inline(__always)
  private static func make(
    _ lanes: Lanes, _ selection: Selection, _ result: Int, _ operand: Int,
    _ body: (TextView, UnsafeMutablePointer<UInt8>) -> Void
  ) -> Bool {
    var fails = TextKernels.markOthers(lanes, selection, operand)
    let (results, texts) = (Texts(lanes, result), Texts(lanes, operand))
    selection.each { row in
      let text = texts[row]
      guard let memory = lanes.arena.reserve(text.count) else {
        lanes.marks[row] = 1
        results[row] = TextView(start: Texts.nowhere, count: 0)
        fails = true
        return
      }
      body(text, memory)
      lanes.arena.take(text.count)
      results[row] = TextView(start: UnsafePointer(memory), count: text.count)
    }
    TextKernels.inherit(lanes, result, operand)
    return fails
  }
}
