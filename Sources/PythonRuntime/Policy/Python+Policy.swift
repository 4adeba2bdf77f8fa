import HostSupport
import CPythonABI

extension Python {
  /// Puts a policy on the interpreter, from now until it has ended.
  ///
  /// - Parameters:
  ///   - moduleFolder: the folder of the UDF file, whose modules may be imported; nil for none.
  ///   - packageFolders: folders of packages that are the interpreter's own, and are treated as those of the installation.
  ///   - ownModules: top-level modules of ours, which may always be imported.
  /// - Throws: `PythonRuntimeError` with code `badPolicy`; `PythonError`.
  package func enforce(
    _ policy: InterpreterPolicy, moduleFolder: String? = nil, packageFolders: [String] = [],
    ownModules: Set<String> = []
  ) throws {
    try policy.check()
    guard !policy.isUnrestricted || state.isMain else { return }
    let places = state.isMain ? try MainPolicy.places(policy) { try change(for: policy) } : try change(for: policy)
    guard var places else { return }
    places.libraries += packageFolders
    let policyGuard = PolicyGuard(
      policy, api, log: state.denials, places: places, moduleFolder: moduleFolder, ownModules: ownModules,
      trustsPackages: state.isMain)
    if state.isMain {
      MainPolicy.add(policyGuard)
    } else {
      let interpreter = api.pointee.PyThreadState_GetInterpreter(state.threadState)
      guard AuditHook.guards.insert(policyGuard, for: interpreter) else {
        throw PythonRuntimeError(.startFailed, "the interpreter has a policy already, or too many have one")
      }
    }
    state.policyGuard = policyGuard
    BuiltinModules.setGuardOfThread(policyGuard)
  }

  /// Changes the interpreter's modules as a policy asks.
  private func change(for policy: InterpreterPolicy) throws -> PolicyPlaces {
    try installImportChanges()
    try installModule(
      "_clutch_policy", String(decoding: PackageResources.policy_py, as: UTF8.self), file: PythonError.Frame.ownFile)
    let environment: [String]? = policy.environment == .all ? nil : policy.environment.listed
    let denied = PolicyModules.denied(by: policy)
    try GuardedTypes.guardInterpreter(self, without: denied)
    let module = try importModule("_clutch_policy")
    try module.setAttribute("guard", to: hostFunction(named: "guard", Self.guarded))
    try module.setAttribute(
      "guard_connections",
      to: hostFunction { api, arguments in
        guard let type = api.pointee.PyTuple_GetItem(arguments, 0) else { return nil }
        return api.pointee.PyBool_FromLong(GuardedDatabases.guardConnections(of: type, api) ? 1 : 0)
      })
    try module.setAttribute("refuse", to: hostFunction(named: "refuse", Self.refusing))
    let withheld = PolicyModules.withheld(by: policy)
    let places = try module.callMethod(
      "apply",
      keywords: [
        "withheld": withheld,
        "guarded": Set(
          ["posix.open", "posix.readlink", "_imp.create_builtin"]
            + DescriptorFunction.all.map { "\($0.module).\($0.name)" }
            + (policy.read == .all ? [] : InquiryFunction.allCases.map(\.rawValue))
            + (state.isMain && !policy.nativeCode ? ["builtins.__import__", "_frozen_importlib._gcd_import"] : [])
        ).subtracting(withheld.values.joined()).sorted(),
        "denied": denied.filter { $0.value != PolicyModules.copies }.map(\.key),
        "hidden": PolicyModules.hidden(by: policy),
        "processes": policy.processes, "environment": environment, "writes_everywhere": policy.write == .all,
        "networked": !policy.network.isNone,
        // Isolated interpreters load no pandas.
        "standing_in": state.isMain ? ["pandas"] : [String](),
      ])
    let libraries = try places.item(1).extract([String].self) + state.installation.sitePackages
    return PolicyPlaces(
      searchPath: try places.item(0).extract(), libraries: libraries,
      programs: try places.item(3).extract(),
      installation: try places.item(4).extract([String].self) + [state.installation.library],
      standardLibrary: try places.item(2).extract())
  }

  /// Given the name of a function and a rule, makes the one that is denied by it.
  private static func refusing(
    _ api: PythonAPI, _ arguments: ObjectPointer, _ keywords: ObjectPointer?
  ) -> ObjectPointer? {
    guard isBeforePolicy(api) else { return nil }
    let texts = AuditArguments(arguments, api)
    guard let name = texts.text(0), let rule = texts.text(1) else { return nil }
    return HostFunction.make(api, named: String(name.split(separator: ".").last ?? "")) { api, _, _ in
      if let policyGuard = AuditHook.currentGuard(api) {
        // Packages set variables for their own libraries when they are imported: these stay in `os.environ`.
        if rule == PolicyModules.environmentChanges, policyGuard.runsPackage {
          api.pointee.Py_IncRef(api.none)
          return api.none
        }
        policyGuard.deny(PolicyGuard.Problem(rule: rule, operation: "\(name)()"))
      } else {
        api.pointee.PyErr_SetString(api.pointee.PyExc_PermissionError.pointee, "\(name) is withheld")
      }
      return nil
    }
  }

  /// Whether the interpreter has no guard yet; if it has, the exception is set: what makes functions is not for its code.
  private static func isBeforePolicy(_ api: PythonAPI) -> Bool {
    guard AuditHook.currentGuard(api) != nil else { return true }
    api.pointee.PyErr_SetString(api.pointee.PyExc_RuntimeError.pointee, "the policy of this interpreter is in force")
    return false
  }

  /// Given the name of a function and the function, makes the one that takes its place.
  private static func guarded(
    _ api: PythonAPI, _ arguments: ObjectPointer, _ keywords: ObjectPointer?
  ) -> ObjectPointer? {
    guard isBeforePolicy(api), let fullName = AuditArguments(arguments, api).text(0),
      let original = api.pointee.PyTuple_GetItem(arguments, 1)
    else { return nil }
    let name = String(fullName.split(separator: ".").last ?? "")
    let signature =
      api.textAttribute(original, "__text_signature__", limit: TextLimit.path).map { "\(name)\($0)\n--\n\n" } ?? ""
    let held = HeldReference(original, api)
    // Otherwise code would find it with the help of `gc`. A function that is written in Python cannot be freed without that.
    if name != "_gcd_import" { api.pointee.PyObject_GC_UnTrack(original) }
    let function = DescriptorFunction.all.first { "\($0.module).\($0.name)" == fullName }
    let inquiry = InquiryFunction(rawValue: fullName)
    return HostFunction.make(
      api, named: name,
      documentation: signature + (api.textAttribute(original, "__doc__", limit: TextLimit.ownMessage) ?? "")
    ) { api, arguments, keywords in
      guard let policyGuard = AuditHook.currentGuard(api) else {
        return api.pointee.PyObject_Call(held.object, arguments, keywords)
      }
      if name == "create_builtin" {
        // The thread may be one that user code has started.
        BuiltinModules.setGuardOfThread(policyGuard)
        return api.pointee.PyObject_Call(held.object, arguments, keywords)
      }
      if name == "__import__" || name == "_gcd_import" {
        return policyGuard.allowsImport(of: AuditArguments(arguments, api), levelAt: name == "__import__" ? 4 : 2)
          ? api.pointee.PyObject_Call(held.object, arguments, keywords) : nil
      }
      guard var call = CallArguments.copy(arguments, keywords, api) else { return nil }
      if let inquiry, policyGuard.policy.read != .all, !inquiry.allows(&call, policyGuard) { return nil }
      if let function { return function.call(held.object, &call, policyGuard) }
      switch name {
      case "open": return policyGuard.openDescriptor(held.object, &call)
      case "readlink": return policyGuard.readLink(held.object, &call)
      default: return call.make(held.object)
      }
    }
  }
}
