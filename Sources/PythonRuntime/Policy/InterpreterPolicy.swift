/// What the Python code of one interpreter may do to the machine: files, network, processes, native code, imports,
/// environment variables.
///
/// A policy is checked in C, at the audit events that CPython raises, so that no Python code can take it away. It keeps
/// honest code from mistakes and from surprises in its dependencies. It is no sandbox: native code, which includes
/// extension modules and crafted bytecode, does not ask CPython before it acts.
///
/// ```swift
/// var policy = InterpreterPolicy.guarded
/// policy.network = .only(["api.example.com:443"])
/// let interpreter = try SubInterpreter(policy: policy)
/// ```
public struct InterpreterPolicy: Sendable, Hashable {
  /// Everything, or what a list names; `.none` is the empty list.
  public enum Access: Sendable, Hashable {
    case all
    case only([String])

    /// Nothing at all.
    public static let none = Access.only([])
  }

  /// Which modules may be imported.
  public struct Imports: Sendable, Hashable {
    /// Top-level modules that may be imported beside those of Python's standard library; nil for every module.
    public var allow: [String]?
    /// Modules that may not be imported, nor what is in them; stronger than `allow`.
    public var deny: [String]

    /// Every module by default.
    public init(allow: [String]? = nil, deny: [String] = []) {
      self.allow = allow
      self.deny = deny
    }
  }

  /// What messages call it.
  public var name: String
  /// The folders and files that may be read, with everything below. `TMP` stands for the temporary folder and `UDF`
  /// for that of the UDF file. What may be written may be read. Modules and the time zone database always may.
  public var read: Access
  /// The folders and files that may be written, made, changed and removed, with everything below; as for `read`. The
  /// Python installation never may, unless it is `.all`.
  public var write: Access
  /// Who may be reached, or listened as: `host:port`, where `*` stands for any port, `*` for any host and `*.suffix`
  /// for any host below a domain; `unix:path` for a socket that is a file.
  public var network: Access
  /// Whether other processes may be started and signalled, and the settings of this one be changed.
  public var processes: Bool
  /// Whether `ctypes` and extension modules from outside the Python installation may be loaded.
  public var nativeCode: Bool
  /// Which modules may be imported.
  public var imports: Imports
  /// The environment variables that are there. Unless it is `.all` none can be changed.
  public var environment: Access

  /// - Parameters:
  ///   - name: what messages call it.
  ///   - policy: where everything else comes from.
  public init(name: String, basedOn policy: InterpreterPolicy = .guarded) {
    self = policy
    self.name = name
  }

  private init(
    name: String, read: Access, write: Access, network: Access, processes: Bool, nativeCode: Bool, environment: Access
  ) {
    self.name = name
    self.read = read
    self.write = write
    self.network = network
    self.processes = processes
    self.nativeCode = nativeCode
    imports = Imports()
    self.environment = environment
  }

  /// Everything that the configuration of the interpreter allows.
  public static let open = InterpreterPolicy(
    name: "open", read: .all, write: .all, network: .all, processes: true, nativeCode: true, environment: .all)
  /// No processes, no native code, no writing outside the temporary folder; reading and the network are free.
  public static let guarded = InterpreterPolicy(
    name: "guarded", read: .all, write: .only(["TMP"]), network: .all, processes: false, nativeCode: false,
    environment: .all)
  /// A function of its arguments: no files, no network, no processes, no environment variables. Imports work.
  public static let pure = InterpreterPolicy(
    name: "pure", read: .none, write: .none, network: .none, processes: false, nativeCode: false, environment: .none)

  /// The presets, from the most to the least free.
  public static let presets = [open, guarded, pure]

  /// Whether it denies nothing, so that nothing needs to be checked.
  var isUnrestricted: Bool { self == InterpreterPolicy(name: name, basedOn: .open) }

  /// Throws for what cannot be meant: a host without a port, a relative folder.
  ///
  /// - Throws: `PythonRuntimeError` with code `badPolicy`.
  func check() throws(PythonRuntimeError) {
    for path in read.listed + write.listed where !PolicyFolders.isRoot(path) {
      throw PythonRuntimeError(
        .badPolicy,
        "The policy '\(name)' has the folder '\(path)'; give an absolute path, or one that begins with TMP or UDF.")
    }
    for pattern in network.listed where HostPattern(pattern) == nil {
      throw PythonRuntimeError(
        .badPolicy,
        "The policy '\(name)' has the network address '\(pattern)'; write HOST:PORT, *.DOMAIN:PORT or unix:PATH, "
          + "with * for any host or port, and brackets around IPv6 addresses.")
    }
  }
}

extension InterpreterPolicy.Access {
  var listed: [String] { if case .only(let names) = self { names } else { [] } }
  var isNone: Bool { self == .none }
}
