import Essentials
import HostSupport

/// Asks a Python program what it is and where its library lies.
///
/// Nothing about an installation is guessed from its path: distributions differ too much in where they put the
/// library, and only the interpreter itself knows the virtual environment that it belongs to.
enum PythonProbe {
  /// How long a program may take to answer; a healthy one needs a few hundredths of a second.
  private static let deadline: Duration = .seconds(20)

  private struct Answer: Decodable {
    let implementation: String
    let version: [Int]
    let executable: String
    let prefix: String
    let base_prefix: String
    let site_packages: [String]
    let free_threaded: Bool
    let library_names: [String]
    let library_folders: [String]
    let multiarch: String
    let platform, interface: String?
  }

  static func examine(_ executable: String, _ answers: ProgramAnswers) -> PythonCandidate.Outcome {
    guard FileManager.default.isExecutableFile(atPath: executable) else {
      return .refused("there is no program at this path")
    }
    let known = answers.answer(of: executable, to: question) { judge($0).installation?.library }
    if let known { return judge(known).outcome }
    switch run(executable) {
    case .failure(let refusal):
      return .refused(refusal.reason)
    case .success(let output):
      let judgement = judge(output)
      if let installation = judgement.installation {
        answers.remember(
          output, of: executable, saidToBe: installation.executable, to: question, library: installation.library)
      }
      return judgement.outcome
    }
  }

  private static let question = String(decoding: PackageResources.probe_py, as: UTF8.self)

  private static func judge(_ output: Data) -> (outcome: PythonCandidate.Outcome, installation: PythonInstallation?) {
    guard let answer = try? JSONDecoder().decode(Answer.self, from: output), answer.version.count >= 3 else {
      return (.refused("it does not answer as a Python does"), nil)
    }
    let outcome = judge(answer)
    if case .accepted(let installation) = outcome { return (outcome, installation) }
    return (outcome, nil)
  }

  private static func judge(_ answer: Answer) -> PythonCandidate.Outcome {
    let version = PythonVersion(answer.version[0], answer.version[1], answer.version[2])
    guard answer.implementation == "cpython" else {
      return .refused("it is \(answer.implementation), not CPython")
    }
    guard version >= .tolerated else { return .refused(tooOld(version)) }
    guard !answer.free_threaded else {
      return .refused("CPython \(version) is a free-threaded build; install one with a GIL")
    }
    guard let library = findLibrary(answer, version) else {
      return .refused(
        """
        CPython \(version) is a static build without a shared library; install one built with \
        --enable-shared (under pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared pyenv install \(version); on Debian and Ubuntu \
        the library is in the package libpython\(version.major).\(version.minor))
        """)
    }
    return .accepted(
      PythonInstallation(
        executable: answer.executable, version: version, library: library, prefix: answer.prefix,
        sitePackages: answer.site_packages, platform: answer.platform ?? "",
        interface: answer.interface ?? ""))
  }

  static func tooOld(_ version: PythonVersion) -> String {
    "CPython \(version) is too old: \(PythonVersion.supported.major).\(PythonVersion.supported.minor) is the oldest supported"
  }

  /// Debian ships only `libpython3.X.so.1.0` outside its `-dev` packages, conda says that it is static and ships
  /// the library all the same: the names that the build knows are tried first, the usual ones after them.
  private static func findLibrary(_ answer: Answer, _ version: PythonVersion) -> String? {
    let usual = "libpython\(version.major).\(version.minor)"
    let names = answer.library_names + ["\(usual).so.1.0", "\(usual).so", "\(usual).dylib"]
    var folders = answer.library_folders + [answer.base_prefix + "/lib"]
    if !answer.multiarch.isEmpty {
      folders += [answer.base_prefix + "/lib/" + answer.multiarch, "/usr/lib/" + answer.multiarch]
    }
    for folder in folders where !folder.isEmpty {
      for name in names where !name.isEmpty && !name.hasSuffix(".a") {
        let path = folder + "/" + name
        if FileManager.default.fileExists(atPath: path) { return path }
      }
    }
    return nil
  }

  // MARK: Running the program

  private struct Refusal: Error { let reason: String }

  private static func run(_ executable: String) -> Result<Data, Refusal> {
    let written: ProgramOutput
    do {
      written = try ProgramOutput(
        of: executable, ["-I", "-c", question], environment: ProcessInfo.processInfo.environment, deadline: deadline)
    } catch {
      return .failure(Refusal(reason: "it cannot be started (\(error.ofStarting))"))
    }
    let status: Int32
    switch written.end {
    case nil, .signalled(SIGKILL):
      return .failure(Refusal(reason: "it gave no answer within \(deadline.components.seconds) seconds"))
    case .exited(let number), .signalled(let number): status = number
    case .unknown: status = 0
    }
    guard status == 0 else {
      let line = String(decoding: written.errors, as: UTF8.self).split(separator: "\n").first.map(String.init)
      return .failure(Refusal(reason: "it fails (\(line ?? "exit status \(status), no message"))"))
    }
    return .success(Data(written.output))
  }
}
