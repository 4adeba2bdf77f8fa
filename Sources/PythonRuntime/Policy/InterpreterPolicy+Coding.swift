public import Essentials
import HostSupport

/// Policies as JSON: an object with the names of the properties as keys, where a missing key means what the preset
/// under `basedOn` has (`guarded` by default).
extension InterpreterPolicy: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case name, basedOn, read, write, network, processes, nativeCode, imports, environment
  }

  /// Reads JSON.
  ///
  /// - Parameters:
  ///   - json: the text of an object.
  ///   - name: what messages call the policy if it does not say so itself.
  /// - Throws: `PythonRuntimeError` with code `badPolicy`.
  public init(json: Data, name: String) throws {
    do { self = try JSONDecoder().decode(InterpreterPolicy.self, from: json) } catch let error as DecodingError {
      throw PythonRuntimeError(.badPolicy, "The policy \(name) cannot be read: \(error.reason)")
    }
    if self.name.isEmpty { self.name = name }
    try check()
  }

  /// A preset by its name, or a JSON file by its path, which ends in `.json`.
  ///
  /// - Throws: `PythonRuntimeError` with code `badPolicy`.
  public init(named name: String) throws {
    if let preset = Self.presets.first(where: { $0.name == name }) {
      self = preset
      return
    }
    guard name.hasSuffix(".json") else {
      throw PythonRuntimeError(
        .badPolicy,
        "There is no policy '\(name)'; take \(Self.presets.map(\.name).joined(separator: ", ")), or a file FILE.json.")
    }
    let text: String
    do { text = try FileText.read(name, atMost: 1 << 20) } catch {
      throw PythonRuntimeError(.badPolicy, "The policy file \(name) \(error).")
    }
    try self.init(json: Data(text.utf8), name: name)
  }

  /// Reads it as described above.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(besides: Key.allCases.map(\.rawValue))
    let keys = try decoder.container(keyedBy: Key.self)
    let base = try keys.decodeIfPresent(String.self, forKey: .basedOn) ?? "guarded"
    guard let preset = Self.presets.first(where: { $0.name == base }) else {
      throw keys.problem(.basedOn, "is '\(base)', but must be \(Self.presets.map(\.name).joined(separator: ", "))")
    }
    self = preset
    name = try keys.text(.name) ?? ""
    read = try keys.access(.read) ?? read
    write = try keys.access(.write) ?? write
    network = try keys.access(.network) ?? network
    environment = try keys.access(.environment) ?? environment
    processes = try keys.flag(.processes) ?? processes
    nativeCode = try keys.flag(.nativeCode) ?? nativeCode
    imports = try keys.decodeIfPresent(Imports.self, forKey: .imports) ?? imports
  }

  /// Writes what can be read back.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: Key.self)
    try keys.encode(name, forKey: .name)
    try keys.encode(read, forKey: .read)
    try keys.encode(write, forKey: .write)
    try keys.encode(network, forKey: .network)
    try keys.encode(processes, forKey: .processes)
    try keys.encode(nativeCode, forKey: .nativeCode)
    try keys.encode(imports, forKey: .imports)
    try keys.encode(environment, forKey: .environment)
  }
}

/// `"all"`, `"none"`, or a list.
extension InterpreterPolicy.Access: Codable {
  /// Reads it as described above.
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let word = try? value.decode(String.self), word == "all" || word == "none" {
      self = word == "all" ? .all : .none
    } else if let names = try? value.decode([String].self) {
      self = .only(names)
    } else {
      let key = decoder.codingPath.last?.stringValue ?? "value"
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "'\(key)' must be \"all\", \"none\" or a list of texts")
    }
  }

  /// Writes what can be read back.
  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .all: try value.encode("all")
    case .only(let names): try value.encode(names)
    }
  }
}

/// `{"allow": [...], "deny": [...]}`, both optional.
extension InterpreterPolicy.Imports: Codable {
  private enum Key: String, CodingKey, CaseIterable { case allow, deny }

  /// Reads it as described above.
  public init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(besides: Key.allCases.map(\.rawValue))
    let keys = try decoder.container(keyedBy: Key.self)
    self.init(allow: try keys.names(.allow), deny: try keys.names(.deny) ?? [])
  }

  /// Writes what can be read back.
  public func encode(to encoder: any Encoder) throws {
    var keys = encoder.container(keyedBy: Key.self)
    try keys.encodeIfPresent(allow, forKey: .allow)
    try keys.encode(deny, forKey: .deny)
  }
}

// MARK: Errors that name the key

private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  fileprivate func refuseKeys(besides known: [String]) throws {
    guard let keys = try? container(keyedBy: AnyKey.self) else {
      let what = codingPath.last.map { "'\($0.stringValue)'" } ?? "a policy"
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "\(what) must be an object, {...}"))
    }
    let unknown = keys.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted()
    guard let first = unknown.first else { return }
    let place = codingPath.last.map { " in '\($0.stringValue)'" } ?? ""
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: codingPath,
        debugDescription: "unknown key '\(first)'\(place); there are \(known.joined(separator: ", "))"))
  }
}

extension KeyedDecodingContainer {
  fileprivate func problem(_ key: Key, _ text: String) -> DecodingError {
    DecodingError.dataCorruptedError(forKey: key, in: self, debugDescription: "'\(key.stringValue)' \(text)")
  }

  fileprivate func flag(_ key: Key) throws -> Bool? { try value(key, "must be true or false") }
  fileprivate func text(_ key: Key) throws -> String? { try value(key, "must be a text") }
  fileprivate func names(_ key: Key) throws -> [String]? { try value(key, "must be a list of texts") }
  fileprivate func access(_ key: Key) throws -> InterpreterPolicy.Access? {
    try decodeIfPresent(InterpreterPolicy.Access.self, forKey: key)
  }

  private func value<Value: Decodable>(_ key: Key, _ expectation: String) throws -> Value? {
    do { return try decodeIfPresent(Value.self, forKey: key) } catch is DecodingError {
      throw problem(key, expectation)
    }
  }
}

extension DecodingError {
  fileprivate var reason: String {
    switch self {
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context):
      return context.debugDescription + (context.detail.map { " \($0)" } ?? ".")
    @unknown default: return "\(self)"
    }
  }
}
