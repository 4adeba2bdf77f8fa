/// Letters of another case, and bytes replaced by others: texts of the same length.
enum CaseKernels {
  static let table: [Operation] = [
    Operation(
      "str.lower", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.lower()", mapped(Lower.self)),
    Operation(
      "str.casefold", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.casefold()", mapped(Lower.self)),
    Operation(
      "str.upper", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.upper()", mapped(Upper.self)),
    Operation(
      "str.swapcase", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.swapcase()", mapped(Swap.self)),
    Operation(
      "str.capitalize", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.capitalize()",
      following { _, isFirst in isFirst }),
    Operation(
      "str.title", [.text], .text, marks: TextKernels.ascii, cost: 12, example: "x.title()",
      following { before, _ in !TextKernels.isLetter(before) }),
  ]

  /// What becomes of each byte, of one and of sixteen at once.
  private protocol ByteMap: SendableMetatype {
    static func apply(_ byte: UInt8) -> UInt8
    static func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8>
  }

  private enum Lower: ByteMap {
    static func apply(_ byte: UInt8) -> UInt8 { TextKernels.isUpper(byte) ? byte | 0x20 : byte }
    static func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      bytes.replacing(with: bytes | 0x20, where: (bytes &- 65) .< 26)
    }
  }

  private enum Upper: ByteMap {
    static func apply(_ byte: UInt8) -> UInt8 { TextKernels.isLower(byte) ? byte & 0xDF : byte }
    static func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      bytes.replacing(with: bytes & 0xDF, where: (bytes &- 97) .< 26)
    }
  }

  private enum Swap: ByteMap {
    static func apply(_ byte: UInt8) -> UInt8 { TextKernels.isLetter(byte) ? byte ^ 0x20 : byte }
    static func apply(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
      bytes.replacing(with: bytes ^ 0x20, where: ((bytes | 0x20) &- 97) .< 26)
    }
  }

  private static func mapped<Map: ByteMap>(_: Map.Type) -> KernelMaker {
    made { text, memory in
      var place = 0
      let (source, target) = (UnsafeRawPointer(text.start), UnsafeMutableRawPointer(memory))
      while place + 16 <= text.count {
        let bytes = source.loadUnaligned(fromByteOffset: place, as: SIMD16<UInt8>.self)
        target.storeBytes(of: Map.apply(bytes), toByteOffset: place, as: SIMD16<UInt8>.self)
        place += 16
      }
      while place < text.count {
        memory[place] = Map.apply(text.start[place])
        place += 1
      }
    }
  }

  /// Upper case where a test of the byte before says so, else lower case.
  private static func following(_ isUpper: @escaping @Sendable (_ before: UInt8, _ isFirst: Bool) -> Bool)
    -> KernelMaker
  {
    made { text, memory in
      for place in 0..<text.count {
        let byte = text.start[place]
        let before = place > 0 ? text.start[place - 1] : 0
        memory[place] = isUpper(before, place == 0) ? Upper.apply(byte) : Lower.apply(byte)
      }
    }
  }

  private static func made(
    _ body: @escaping @Sendable (TextView, UnsafeMutablePointer<UInt8>) -> Void
  ) -> KernelMaker {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
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
  }
}
