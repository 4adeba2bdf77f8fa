import Essentials

/// Operations that make new texts, also of numbers.
enum TextMakingKernels {
  static let table: [Operation] = [
    Operation("+", [.text, .text], .text, marks: full, cost: 15, example: "x + y", concatenate),
    Operation(
      "str.replace", [.text, .text, .text], .text, marks: full + ", or an empty text replaced", cost: 40,
      example: "x.replace(y, z)", replace),
    Operation(
      "str.zfill", [.text, .int], .text, marks: padding, cost: 20, example: "x.zfill(y)",
      padded { text, width, memory in
        let sign = text.count > 0 && (text.start[0] == 43 || text.start[0] == 45) ? 1 : 0
        let zeros = width - text.count
        memory.update(from: text.start, count: sign)
        (memory + sign).update(repeating: 48, count: zeros)
        (memory + sign + zeros).update(from: text.start + sign, count: text.count - sign)
      }),
    Operation(
      "str.ljust", [.text, .int], .text, marks: padding, cost: 20, example: "x.ljust(y)",
      padded { text, width, memory in
        memory.update(from: text.start, count: text.count)
        (memory + text.count).update(repeating: 32, count: width - text.count)
      }),
    Operation(
      "str.rjust", [.text, .int], .text, marks: padding, cost: 20, example: "x.rjust(y)",
      padded { text, width, memory in
        memory.update(repeating: 32, count: width - text.count)
        (memory + (width - text.count)).update(from: text.start, count: text.count)
      }),
    Operation(
      "str.center", [.text, .int], .text, marks: padding, cost: 20, example: "x.center(y)",
      padded { text, width, memory in
        let pad = width - text.count
        let left = pad / 2 + (pad & width & 1)
        memory.update(repeating: 32, count: width)
        (memory + left).update(from: text.start, count: text.count)
      }),
    Operation("str", [.int], .text, marks: full, cost: 20, example: "str(x)", integerText),
    Operation("str", [.float], .text, marks: full + ", or not finite", cost: 80, example: "str(x)", floatText),
    Operation("format .f", [.float], .text, marks: full + ", or not finite", cost: 120, fixedText),
    Operation("format 0d", [.int], .text, marks: full, cost: 25, zeroPadded),
  ]

  static let full = "texts of more than a megabyte"
  private static let padding = full + ", and characters that are not ASCII"

  private static let concatenate: KernelMaker = { slots in
    let (result, left, right) = (slots.result, slots.operands[0], slots.operands[1])
    return { lanes, selection in
      let (lefts, rights) = (Texts(lanes, left), Texts(lanes, right))
      let fails = lanes.fillTexts(result, selection) { row in
        let (one, other) = (lefts[row], rights[row])
        let count = one.count + other.count
        guard let memory = lanes.arena.reserve(count) else { return nil }
        one.copy(to: memory)
        other.copy(to: memory + one.count)
        lanes.arena.take(count)
        return TextView(start: UnsafePointer(memory), count: count)
      }
      TextKernels.inherit(lanes, result, left, right)
      return fails
    }
  }

  private static let replace: KernelMaker = { slots in
    let (result, text, old, new) = (slots.result, slots.operands[0], slots.operands[1], slots.operands[2])
    return { lanes, selection in
      // A character for another, as most replacements are, in all bytes at once.
      if let part = lanes.constantText(old), let by = lanes.constantText(new), part.count == 1, by.count == 1 {
        let map = CaseKernels.Replace(old: part.start[0], new: by.start[0])
        return CaseKernels.replaced(lanes, selection, result, text, map)
      }
      let (texts, olds, news) = (Texts(lanes, text), Texts(lanes, old), Texts(lanes, new))
      let fails = lanes.fillTexts(result, selection) { row in
        let (whole, part, by) = (texts[row], olds[row], news[row])
        guard part.count > 0 else { return nil }
        guard var found = whole.find(part) else { return whole }
        let most =
          by.count <= part.count ? whole.count : whole.count + (whole.count / part.count) * (by.count - part.count)
        guard let memory = lanes.arena.reserve(most) else { return nil }
        if part.count == 1, by.count == 1 {
          CaseKernels.map(whole, memory, CaseKernels.Replace(old: part.start[0], new: by.start[0]))
          lanes.arena.take(whole.count)
          return TextView(start: UnsafePointer(memory), count: whole.count)
        }
        var (at, used) = (0, 0)
        while true {
          (memory + used).update(from: whole.start + at, count: found - at)
          used += found - at
          (memory + used).update(from: by.start, count: by.count)
          used += by.count
          at = found + part.count
          guard let next = whole.find(part, from: at) else { break }
          found = next
        }
        (memory + used).update(from: whole.start + at, count: whole.count - at)
        used += whole.count - at
        lanes.arena.take(used)
        return TextView(start: UnsafePointer(memory), count: used)
      }
      TextKernels.inherit(lanes, result, text, new)
      return fails
    }
  }

  private static func padded(_ fill: @escaping @Sendable (TextView, Int, UnsafeMutablePointer<UInt8>) -> Void)
    -> KernelMaker
  {
    { slots in
      let (result, operand, width) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let texts = Texts(lanes, operand)
        let widths = lanes.values(width, as: Int.self)
        let fails = lanes.fillTexts(result, selection) { row in
          let (text, width) = (texts[row], widths[row])
          guard lanes.isASCII[operand] || text.isASCII else { return nil }
          guard width > text.count else { return text }
          guard let memory = lanes.arena.reserve(width) else { return nil }
          fill(text, width, memory)
          lanes.arena.take(width)
          return TextView(start: UnsafePointer(memory), count: width)
        }
        TextKernels.inherit(lanes, result, operand)
        return fails
      }
    }
  }

  // MARK: Texts of numbers

  private static let integerText: KernelMaker = { slots in
    { lanes, selection in
      let values = lanes.values(slots.operands[0], as: Int64.self)
      return lanes.fillTexts(slots.result, selection) { row in write(values[row], width: 0, lanes) }
    }
  }

  private static let zeroPadded: KernelMaker = { slots in
    guard case .digits(let width)? = slots.table else { return { _, _ in false } }
    return { lanes, selection in
      let values = lanes.values(slots.operands[0], as: Int64.self)
      return lanes.fillTexts(slots.result, selection) { row in write(values[row], width: width, lanes) }
    }
  }

  /// The digits of a number, with zeros in front up to a width that counts the sign.
  private static func write(_ value: Int64, width: Int, _ lanes: Lanes) -> TextView? {
    let room = max(width, 20)
    guard let memory = lanes.arena.reserve(room) else { return nil }
    var (rest, place) = (value.magnitude, room)
    repeat {
      place -= 1
      memory[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
    } while rest != 0
    let signs = value < 0 ? 1 : 0
    while room - place + signs < width {
      place -= 1
      memory[place] = 48
    }
    if value < 0 {
      place -= 1
      memory[place] = 45
    }
    lanes.arena.take(room)
    return TextView(start: UnsafePointer(memory + place), count: room - place)
  }

  private static let floatText: KernelMaker = { slots in
    { lanes, selection in
      let values = lanes.values(slots.operands[0], as: Double.self)
      return lanes.fillTexts(slots.result, selection) { row in write(values[row], lanes) }
    }
  }

  /// As `repr`: the shortest digits, which Swift finds too, laid out as Python does.
  private static func write(_ value: Double, _ lanes: Lanes) -> TextView? {
    guard value.isFinite, let memory = lanes.arena.reserve(40) else { return nil }
    var used = 0
    func put(_ byte: UInt8) {
      memory[used] = byte
      used += 1
    }
    var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
    // The number is 0.DIGITS times ten to the exponent.
    let (count, exponent) = withUnsafeMutableBytes(of: &digits) { decimal(value.magnitude, into: $0) }
    if value.sign == .minus { put(45) }
    withUnsafeBytes(of: &digits) { digits in
      if exponent > -4, exponent <= 16 {
        if exponent <= 0 {
          put(48)
          put(46)
          for _ in exponent..<0 { put(48) }
          for place in 0..<count { put(digits[place]) }
        } else {
          for place in 0..<max(exponent, count) {
            if place == exponent { put(46) }
            put(place < count ? digits[place] : 48)
          }
          if count <= exponent {
            put(46)
            put(48)
          }
        }
      } else {
        put(digits[0])
        if count > 1 {
          put(46)
          for place in 1..<count { put(digits[place]) }
        }
        put(101)
        let power = exponent - 1
        put(power < 0 ? 45 : 43)
        let size = abs(power)
        if size >= 100 { put(48 + UInt8(size / 100)) }
        put(48 + UInt8(size / 10 % 10))
        put(48 + UInt8(size % 10))
      }
    }
    lanes.arena.take(used)
    return TextView(start: UnsafePointer(memory), count: used)
  }

  /// The shortest digits of a number, without zeros at either end, and the power of ten that 0.DIGITS is multiplied with.
  private static func decimal(_ value: Double, into digits: UnsafeMutableRawBufferPointer) -> (
    count: Int, exponent: Int
  ) {
    if value == 0 {
      digits[0] = 48
      return (1, 1)
    }
    var text = value.description
    return text.withUTF8 { bytes in
      var (count, point, leading, exponent) = (0, Int?.none, 0, 0)
      var place = 0
      while place < bytes.count {
        let byte = bytes[place]
        if byte == 46 {
          point = count + leading
        } else if byte == 101 {
          let isNegative = bytes[place + 1] == 45
          for at in (place + 1)..<bytes.count where bytes[at] &- 48 < 10 {
            exponent = exponent * 10 + Int(bytes[at] - 48)
          }
          if isNegative { exponent = -exponent }
          break
        } else if byte == 48, count == 0 {
          leading += 1
        } else {
          digits[count] = byte
          count += 1
        }
        place += 1
      }
      let whole = (point ?? count + leading) - leading
      while count > 1, digits[count - 1] == 48 { count -= 1 }
      return (count, whole + exponent)
    }
  }

  private static let fixedText: KernelMaker = { slots in
    guard case .digits(let digits)? = slots.table else { return { _, _ in false } }
    return { lanes, selection in
      let values = lanes.values(slots.operands[0], as: Double.self)
      return lanes.fillTexts(slots.result, selection) { row in
        // The longest double has 309 digits in front of the point.
        let room = 320 + digits
        guard values[row].isFinite, let memory = lanes.arena.reserve(room) else { return nil }
        let count = UnsafeMutableRawPointer(memory).withMemoryRebound(to: CChar.self, capacity: room) { text in
          withVaList([Int32(digits), values[row]]) { vsnprintf(text, room, "%.*f", $0) }
        }
        // A locale may have another point.
        guard count > 0, count < room, digits == 0 || memory[Int(count) - digits - 1] == 46 else { return nil }
        lanes.arena.take(Int(count))
        return TextView(start: UnsafePointer(memory), count: Int(count))
      }
    }
  }
}
