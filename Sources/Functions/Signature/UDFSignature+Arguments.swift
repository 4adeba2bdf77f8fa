extension UDFSignature {
  /// How many arguments a call needs at least.
  package var fewestArguments: Int { parameters.count { !$0.hasDefault && !$0.isVariadic } }

  /// The parameters that a number of arguments goes to, one per argument; nil when that many cannot be given.
  package func parameters(forArguments count: Int) -> [Parameter]? {
    guard count >= fewestArguments else { return nil }
    if count <= parameters.count, count < parameters.count || parameters.last?.isVariadic != true {
      return Array(parameters.prefix(count))
    }
    guard let last = parameters.last, last.isVariadic else { return nil }
    return parameters + Array(repeating: last, count: count - parameters.count)
  }

  /// How many arguments can be given, as in "2 columns", "1 or 2 columns", "at least 1 column".
  package func argumentCounts(of noun: String) -> String {
    let required = fewestArguments
    let most = parameters.count
    let plural = { (count: Int) in count == 1 ? noun : noun + "s" }
    if parameters.last?.isVariadic == true {
      return required == 0 ? "any number of \(noun)s" : "at least \(required) \(plural(required))"
    }
    if required == most { return most == 0 ? "no \(noun)s" : "\(most) \(plural(most))" }
    let choice = most == required + 1 ? "\(required) or \(most)" : "\(required) to \(most)"
    return "\(choice) \(plural(most))"
  }
}
