import Columnar
package import Functions
import HostSupport

/// The functions of a server, by the names that clients know them by.
///
/// A name belongs to the functions of one file, overloads of each other. Every function also has the name `file.name`, and
/// only that if functions of several files share a name.
package struct FunctionCatalogue: Sendable {
  /// A file's functions, and the queue that its batches wait in.
  package struct Source: Sendable {
    package let provider: any FunctionProvider
    package let queue: BatchQueue

    package init(_ provider: any FunctionProvider, _ queue: BatchQueue) {
      (self.provider, self.queue) = (provider, queue)
    }
  }

  /// Something that is not served under a name that its file gives it.
  package struct Omission: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    package let reason: String
    package var description: String { "\(name) is not served: \(reason)" }
  }

  /// Those that `ListFlights` lists: each once, under the shortest name that it has.
  package let listed: [ServedFunction]
  /// What is left out, and what to do about it.
  package let omissions: [Omission]
  private let byName: [String: [ServedFunction]]
  private let ambiguous: [String: [String]]

  package init(_ sources: [Source]) {
    var (byName, listed, omissions): ([String: [ServedFunction]], [ServedFunction], [Omission]) = ([:], [], [])
    var owners: [String: [Int]] = [:]
    for (index, source) in sources.enumerated() {
      for signature in source.provider.signatures
      where owners[signature.name]?.last != index && Self.obstacle(to: signature) == nil {
        owners[signature.name, default: []].append(index)
      }
    }
    for source in sources {
      for (place, signature) in source.provider.signatures.enumerated() {
        let long = Self.qualified(signature.name, in: source.provider.name)
        if let reason = Self.obstacle(to: signature) {
          omissions.append(Omission(name: signature.name, reason: reason))
          continue
        }
        let isAlone = owners[signature.name]?.count == 1
        let names = isAlone ? [signature.name, long] : [long]
        for (rank, name) in names.enumerated() {
          let function = ServedFunction(name: name, source.provider, place: place, source.queue)
          byName[name, default: []].append(function)
          if rank == 0 { listed.append(function) }
        }
      }
    }
    for function in ServedFunction.builtins where byName[function.name] == nil {
      byName[function.name] = [function]
    }
    ambiguous = owners.filter { $0.value.count > 1 }.mapValues { owners in
      Set(owners.map { sources[$0].provider.name }).sorted()
    }.reduce(into: [:]) { result, entry in
      result[entry.key] = entry.value.map { Self.qualified(entry.key, in: $0) }
    }
    for (name, names) in ambiguous.sorted(by: { $0.key < $1.key }) {
      omissions.append(
        Omission(name: name, reason: "several files have it; call it \(names.joined(separator: " or "))"))
    }
    (self.byName, self.listed, self.omissions) = (byName, listed, omissions)
  }

  /// The functions of a name, overloads of each other.
  ///
  /// - Throws: `FlightError` with `notFound`.
  package func functions(named name: String) throws(FlightError) -> [ServedFunction] {
    if let found = byName[name] { return found }
    // SQL engines may write a name in another case than its file.
    let similar = byName.keys.filter { $0.lowercased() == name.lowercased() }
    if similar.count == 1, let only = similar.first, let found = byName[only] { return found }
    let shown = name.cut(to: TextLimit.name)
    if let names = ambiguous[name] {
      throw FlightError(
        .notFound, "several files have a function \(shown); call it \(names.joined(separator: " or "))")
    }
    if let omission = omissions.first(where: { $0.name == name }) {
      throw FlightError(.notFound, "function \(shown) is not served: \(omission.reason)")
    }
    throw FlightError(
      .notFound, "there is no function \(shown); there are: \(Set(listed.map(\.name)).sorted().listed())")
  }

  /// Why the protocol cannot call a function, and what to do; nil if it can.
  private static func obstacle(to signature: UDFSignature) -> String? {
    if signature.kind == .aggregate {
      return "the protocol has no form for aggregate functions; call it in clutch sql, or serve a function of a list"
    }
    if signature.parameters.contains(where: \.isVariadic) {
      return """
        it takes any number of arguments, and the protocol has none to list; declare it with as many as are needed: \
        --function "\(signature.name)(INT, INT) -> INT"
        """
    }
    return nil
  }

  /// `delays.gcd` for a function of `lib/delays.py`.
  private static func qualified(_ function: String, in source: String) -> String {
    let file = source.split(separator: "/").last.map(String.init) ?? source
    return "\(file.hasSuffix(".py") ? String(file.dropLast(3)) : file).\(function)"
  }
}
