#if Server
  /// The header `grpc-timeout`: up to eight digits and a unit.
  enum RequestTimeout {
    /// - Returns: `nil` if the text is none.
    static func parse(_ text: String) -> Duration? {
      let digits = text.utf8.dropLast()
      guard let unit = text.utf8.last, (1...8).contains(digits.count),
        digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
        let amount = Int64(text.dropLast())
      else { return nil }
      switch unit {
      case UInt8(ascii: "H"): return .seconds(amount * 3600)
      case UInt8(ascii: "M"): return .seconds(amount * 60)
      case UInt8(ascii: "S"): return .seconds(amount)
      case UInt8(ascii: "m"): return .milliseconds(amount)
      case UInt8(ascii: "u"): return .microseconds(amount)
      case UInt8(ascii: "n"): return .nanoseconds(amount)
      default: return nil
      }
    }
  }
#endif
