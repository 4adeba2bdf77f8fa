import CPythonABI

extension Python {
  /// Puts a policy on the interpreter, from now until it has ended.
  ///
  /// - Parameters:
  ///   - moduleFolder: the folder of the UDF file, whose modules may be imported; nil for none.
  ///   - ownModules: top-level modules of ours, which may always be imported.
  /// - Throws: `PythonRuntimeError` with code `badPolicy`; `PythonError`.
  package func enforce(
    _ policy: InterpreterPolicy, moduleFolder: String? = nil, ownModules: Set<String> = []
  ) throws {
    try policy.check()
    guard !policy.isUnrestricted else { return }
    try installImportChanges()
    try installModule(
      "_clutch_policy", String(decoding: PackageResources.policy_py, as: UTF8.self), file: "<clutch>")
    let environment: [String]? = policy.environment == .all ? nil : policy.environment.listed
    let places = try importModule("_clutch_policy").callMethod(
      "apply",
      keywords: [
        "withheld": PolicyModules.withheld(by: policy),
        "denied": Array(PolicyModules.denied(by: policy).keys), "hidden": PolicyModules.hidden(by: policy),
        "processes": policy.processes, "environment": environment, "writes_everywhere": policy.write == .all,
      ])
    let libraries = try places.item(1).extract([String].self) + state.installation.sitePackages
    let policyGuard = PolicyGuard(
      policy, api, log: state.denials,
      places: PolicyPlaces(
        searchPath: try places.item(0).extract(), libraries: libraries,
        standardLibrary: try places.item(2).extract()),
      moduleFolder: moduleFolder, ownModules: ownModules)
    let interpreter = api.pointee.PyThreadState_GetInterpreter(state.threadState)
    guard AuditHook.guards.insert(policyGuard, for: interpreter) else {
      throw PythonRuntimeError(.startFailed, "the interpreter has a policy already, or too many have one")
    }
    state.policyGuard = policyGuard
    BuiltinModules.setGuardOfThread(policyGuard)
  }
}
