extension TypeFamilies {
  /// A family of types, as `type_families.py` has it.
  struct Family {
    let name: String
    /// The function that is measured.
    let function: String
    /// The function that makes its values, from the numbers of the rows.
    let values: String
    /// What the bare loop's list holds instead of `value`, where the column is read as something else.
    let bareValue: String
    let comparison: Comparison

    /// Whether PyArrow does the same too, and with which goal.
    enum Comparison {
      case none
      case noGoal
      case atLeast(Double)
    }

    init(
      _ name: String, _ function: String, values: String? = nil, bareValue: String = "value",
      against comparison: Comparison = .none
    ) {
      (self.name, self.function, self.comparison) = (name, function, comparison)
      self.values = values ?? "\(function)_value"
      self.bareValue = bareValue
    }
  }

  static let families = [
    Family("int: x * 3 + 1", "integer", against: .noGoal),
    Family("float: x * 1.1 + 0.5", "floating"),
    Family("bool: not x", "boolean"),
    Family("str: s.strip().lower()", "text", against: .noGoal),
    Family("bytes: b[:8] + b\"!\"", "binary"),
    Family("decimal128: price * 2", "decimal_double", values: "decimal_value", against: .atLeast(2)),
    Family("decimal128: (price * TAX).quantize(CENT)", "decimal_tax", values: "decimal_value", against: .atLeast(2)),
    Family("date: d + WEEK", "day", against: .noGoal),
    Family("time: t.replace(minute=0)", "clock"),
    Family("timestamp: t + DELTA", "timestamp", against: .atLeast(2)),
    Family("timestamp in UTC: t + DELTA", "timestamp_utc", against: .atLeast(2)),
    Family("timestamp in Rome: t + DELTA", "timestamp_rome", against: .atLeast(2)),
    Family("duration: d + DELTA", "duration"),
    Family("interval: Interval(i.months + 1, ...)", "interval"),
    Family("uuid: u if u.int & 1 else NOBODY", "identifier"),
    Family("list of 4 int: [v * 2 for v in values]", "numbers", against: .noGoal),
    Family("struct, dataclass: Point(p.x + 1, p.y)", "data_class", against: .atLeast(2)),
    Family("struct, NamedTuple: Pair(p.x + 1, p.y)", "named_tuple", against: .atLeast(2)),
    Family("struct, TypedDict: {\"x\": p[\"x\"] + 1, ...}", "typed_dict", against: .atLeast(2)),
    Family("struct, Record: p.x + p.y", "record", values: "typed_dict_value", bareValue: "Record(value)"),
    Family("map of 3: {k: n + 1 for k, n in ...}", "counts"),
    Family("dictionary of 3 str: s.upper()", "word"),
    Family("Enum: BLUE if c is GREEN else c", "color"),
    Family("json, against parsed objects", "document"),
  ]
}
