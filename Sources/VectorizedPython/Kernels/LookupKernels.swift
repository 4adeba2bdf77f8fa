/// Constant sets and dictionaries: membership, and the place of a key among the keys.
enum LookupKernels {
  static let table: [Operation] = [
    Operation("in", [.int], .bool, cost: 12, contains),
    Operation("in", [.float], .bool, cost: 12, containsFloat),
    Operation("in", [.text], .bool, cost: 20, containsText),
    Operation("place", [.int], .int, cost: 12, placeOfInteger),
    Operation("place", [.text], .int, cost: 20, placeOfText),
    Operation("value", [.int], .int, cost: 2, value),
    Operation("value", [.int], .text, cost: 4, textValue),
  ]

  private static let contains: KernelMaker = { slots in
    guard case .integers(let members)? = slots.table else { return nothing }
    return { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let values = lanes.values(slots.operands[0], as: Int64.self)
      selection.each { results[$0] = members.contains(values[$0]) ? 1 : 0 }
      return false
    }
  }

  private static let containsFloat: KernelMaker = { slots in
    guard case .floats(let members)? = slots.table else { return nothing }
    return { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let values = lanes.values(slots.operands[0], as: Double.self)
      selection.each { row in results[row] = members.contains(values[row]) ? 1 : 0 }
      return false
    }
  }

  private static let containsText: KernelMaker = { slots in
    guard case .texts(let table)? = slots.table else { return nothing }
    return { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let texts = Texts(lanes, slots.operands[0])
      selection.each { results[$0] = table.find(texts[$0]) >= 0 ? 1 : 0 }
      return false
    }
  }

  private static let placeOfInteger: KernelMaker = { slots in
    guard case .positions(let places)? = slots.table else { return nothing }
    return { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let values = lanes.values(slots.operands[0], as: Int64.self)
      selection.each { results[$0] = places[values[$0]] ?? -1 }
      return false
    }
  }

  private static let placeOfText: KernelMaker = { slots in
    guard case .texts(let table)? = slots.table else { return nothing }
    return { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let texts = Texts(lanes, slots.operands[0])
      selection.each { results[$0] = table.find(texts[$0]) }
      return false
    }
  }

  /// The bits of the value at a place; of place -1, which rows have that do not count, those of the first.
  private static let value: KernelMaker = { slots in
    guard case .numbers(let numbers)? = slots.table else { return nothing }
    return { lanes, selection in
      let results = lanes.values(slots.result, as: Int64.self)
      let places = lanes.values(slots.operands[0], as: Int64.self)
      selection.each { row in
        let place = Int(truncatingIfNeeded: places[row])
        results[row] = numbers.indices.contains(place) ? numbers[place] : 0
      }
      return false
    }
  }

  private static let textValue: KernelMaker = { slots in
    guard case .constantTexts(let constants)? = slots.table else { return nothing }
    return { lanes, selection in
      let texts = Texts(lanes, slots.result)
      let places = lanes.values(slots.operands[0], as: Int64.self)
      selection.each { row in texts[row] = constants[Int(truncatingIfNeeded: places[row])] }
      lanes.isASCII[slots.result] = lanes.isASCII[slots.result] && constants.isASCII
      return false
    }
  }

  private static let nothing: Kernel = { _, selection in false }
}
