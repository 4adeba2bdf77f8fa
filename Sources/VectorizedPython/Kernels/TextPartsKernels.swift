/// Parts of texts that are split: of the list that Python makes, the part that is used.
enum TextPartsKernels {
  static let table: [Operation] = [
    Operation(
      "str.split[]", [.text, .text, .int], .text, marks: missing, cost: 20, example: "x.split(y)[z]",
      part(Split.self, hasMost: false)),
    Operation(
      "str.split[]", [.text, .text, .int, .int], .text, marks: missing, cost: 20, part(Split.self, hasMost: true)),
    Operation(
      "str.rsplit[]", [.text, .text, .int, .int], .text, marks: missing, cost: 25, part(LastSplit.self, hasMost: true)),
    Operation(
      "str.partition[]", [.text, .text, .int], .text, marks: missing, cost: 15, example: "x.partition(y)[z]",
      part(Partition.self, hasMost: false)),
    Operation(
      "str.rpartition[]", [.text, .text, .int], .text, marks: missing, cost: 20, example: "x.rpartition(y)[z]",
      part(LastPartition.self, hasMost: false)),
    Operation(
      "str.split len", [.text, .text], .int, marks: empty, cost: 20, example: "len(x.split(y))", number(hasMost: false)),
    Operation("str.split len", [.text, .text, .int], .int, marks: empty, cost: 20, number(hasMost: true)),
    Operation(
      "str.split in", [.text, .text, .text], .bool, marks: empty, cost: 30, example: "x in y.split(z)", contains),
    Operation(
      "str.split[]", [.text, .int], .text, marks: missing + ", and " + TextKernels.ascii, cost: 25,
      example: "x.split()[y]", word(hasMost: false)),
    Operation(
      "str.split[]", [.text, .int, .int], .text, marks: missing + ", and " + TextKernels.ascii, cost: 25,
      word(hasMost: true)),
    Operation(
      "str.split len", [.text], .int, marks: TextKernels.ascii, cost: 20, example: "len(x.split())", wordCount),
  ]

  private static let empty = "an empty separator"
  private static let missing = "parts that are not there, long separators from the end, and " + empty

  private static func part<Way: TextDivision>(_: Way.Type, hasMost: Bool) -> KernelMaker {
    { slots in
      let (result, operand, separator) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let (texts, separators) = (Texts(lanes, operand), Texts(lanes, separator))
        let mosts = hasMost ? lanes.values(slots.operands[2], as: Int.self) : nil
        let indices = lanes.values(slots.operands[hasMost ? 3 : 2], as: Int.self)
        let fails = lanes.fillTexts(result, selection) { row in
          let separator = separators[row]
          return separator.count > 0 ? Way.part(texts[row], separator, mosts?[row] ?? -1, indices[row]) : nil
        }
        // An end of a partition may be an empty text, which is ASCII, and its middle the separator.
        TextKernels.inherit(lanes, result, operand, separator)
        return fails
      }
    }
  }

  private static func number(hasMost: Bool) -> KernelMaker {
    { slots in
      let (result, operand, separator) = (slots.result, slots.operands[0], slots.operands[1])
      return { lanes, selection in
        let (texts, separators) = (Texts(lanes, operand), Texts(lanes, separator))
        let mosts = hasMost ? lanes.values(slots.operands[2], as: Int.self) : nil
        return lanes.fill(result, selection) { row in
          let separator = separators[row]
          return separator.count > 0 ? Split.count(texts[row], separator, mosts?[row] ?? -1) : nil
        }
      }
    }
  }

  private static let contains: KernelMaker = { slots in
    { lanes, selection in
      let members = Texts(lanes, slots.operands[0])
      let (texts, separators) = (Texts(lanes, slots.operands[1]), Texts(lanes, slots.operands[2]))
      return lanes.fill(slots.result, selection, as: Int64.self) { row in
        let (member, text, separator) = (members[row], texts[row], separators[row])
        guard separator.count > 0 else { return nil }
        var at = 0
        while true {
          let end = text.find(separator, from: at)
          if TextView(start: text.start + at, count: (end ?? text.count) - at) == member { return 1 }
          guard let end else { return 0 }
          at = end + separator.count
        }
      }
    }
  }

  // MARK: At spaces

  private static func word(hasMost: Bool) -> KernelMaker {
    { slots in
      let (result, operand) = (slots.result, slots.operands[0])
      return { lanes, selection in
        let hasOthers = TextKernels.markOthers(lanes, selection, operand)
        let texts = Texts(lanes, operand)
        let mosts = hasMost ? lanes.values(slots.operands[1], as: Int.self) : nil
        let indices = lanes.values(slots.operands[hasMost ? 2 : 1], as: Int.self)
        let fails = lanes.fillTexts(result, selection) { word(texts[$0], mosts?[$0] ?? -1, indices[$0]) }
        TextKernels.inherit(lanes, result, operand)
        return hasOthers || fails
      }
    }
  }

  /// A word of an ASCII text; the last of `most` + 1 is all that is left, without the spaces in front of it.
  private static func word(_ text: TextView, _ most: Int, _ index: Int) -> TextView? {
    var index = index
    if index < 0 {
      let count = wordCount(text)
      index = index &+ (most < 0 ? count : Swift.min(count, most &+ 1))
      guard index >= 0 else { return nil }
    }
    var (rest, number) = (text.strippingStart, 0)
    while rest.count > 0 {
      if most >= 0, number == most { return number == index ? rest : nil }
      var end = 0
      while end < rest.count, !TextKernels.isSpace(rest.start[end]) { end += 1 }
      if number == index { return rest.prefix(end) }
      rest = rest.dropFirst(end).strippingStart
      number += 1
    }
    return nil
  }

  private static func wordCount(_ text: TextView) -> Int {
    var (count, isInside) = (0, false)
    for place in 0..<text.count {
      let isSpace = TextKernels.isSpace(text.start[place])
      if !isSpace, !isInside { count += 1 }
      isInside = !isSpace
    }
    return count
  }

  private static let wordCount: KernelMaker = { slots in
    { lanes, selection in
      let fails = TextKernels.markOthers(lanes, selection, slots.operands[0])
      let results = lanes.values(slots.result, as: Int.self)
      let texts = Texts(lanes, slots.operands[0])
      selection.each { results[$0] = wordCount(texts[$0]) }
      return fails
    }
  }
}

/// A way to take a text apart at a separator that is not empty.
private protocol TextDivision {
  /// One part; nil where there is none. Below zero, `most` sets no limit and `index` counts from the end.
  static func part(_ text: TextView, _ separator: TextView, _ most: Int, _ index: Int) -> TextView?
}

private enum Split: TextDivision {
  static func part(_ text: TextView, _ separator: TextView, _ most: Int, _ index: Int) -> TextView? {
    var index = index
    if index < 0 {
      // Without a limit the last parts are found from the end, where parts of the separator overlap none.
      if most < 0, separator.count == 1 { return fromEnd(text, separator, -1 &- index) }
      index = index &+ count(text, separator, most)
      guard index >= 0 else { return nil }
    }
    var (at, number) = (0, 0)
    while true {
      let end = most >= 0 && number == most ? nil : text.find(separator, from: at)
      if number == index { return TextView(start: text.start + at, count: (end ?? text.count) - at) }
      guard let end else { return nil }
      (at, number) = (end + separator.count, number + 1)
    }
  }

  /// The part that so many others follow.
  static func fromEnd(_ text: TextView, _ separator: TextView, _ others: Int) -> TextView? {
    var (rest, number) = (text, 0)
    while true {
      let place = rest.findLast(separator)
      if number == others { return place.map { rest.dropFirst($0 + separator.count) } ?? rest }
      guard let place else { return nil }
      (rest, number) = (rest.prefix(place), number + 1)
    }
  }

  static func count(_ text: TextView, _ separator: TextView, _ most: Int) -> Int {
    var (at, number) = (0, 1)
    while most < 0 || number <= most, let found = text.find(separator, from: at) {
      (at, number) = (found + separator.count, number + 1)
    }
    return number
  }
}

private enum LastSplit: TextDivision {
  static func part(_ text: TextView, _ separator: TextView, _ most: Int, _ index: Int) -> TextView? {
    // Each search for a long separator begins at the start, which so many of them must not.
    guard !text.isLong(for: separator) else { return nil }
    var (rest, number) = (text, 0)
    var places = 0
    while most < 0 || places < most, let place = rest.findLast(separator) {
      (rest, places) = (rest.prefix(place), places + 1)
    }
    let fromEnd = index < 0 ? -1 &- index : places - index
    guard fromEnd >= 0, fromEnd <= places else { return nil }
    if fromEnd == places { return rest }
    rest = text
    while let place = rest.findLast(separator) {
      if number == fromEnd { return rest.dropFirst(place + separator.count) }
      (rest, number) = (rest.prefix(place), number + 1)
    }
    return nil
  }
}

private enum Partition: TextDivision {
  static func part(_ text: TextView, _ separator: TextView, _ most: Int, _ index: Int) -> TextView? {
    let nothing = TextView(start: Texts.nowhere, count: 0)
    let place = text.find(separator)
    switch index {
    case 0, -3: return place.map { text.prefix($0) } ?? text
    case 1, -2: return place == nil ? nothing : separator
    case 2, -1: return place.map { text.dropFirst($0 + separator.count) } ?? nothing
    default: return nil
    }
  }
}

private enum LastPartition: TextDivision {
  static func part(_ text: TextView, _ separator: TextView, _ most: Int, _ index: Int) -> TextView? {
    let nothing = TextView(start: Texts.nowhere, count: 0)
    let place = text.findLast(separator)
    switch index {
    case 0, -3: return place.map { text.prefix($0) } ?? nothing
    case 1, -2: return place == nil ? nothing : separator
    case 2, -1: return place.map { text.dropFirst($0 + separator.count) } ?? text
    default: return nil
    }
  }
}
