#if Server
  import Foundation
  import TestSupport
  import Testing

  extension Serve {
    @Suite struct SettingTests {
      private let source = "from clutch import udf\n@udf\ndef f(x: int) -> int: return 1\n"

      @Test(arguments: [
        (
          "settings.toml",
          "host = \"127.0.0.1\"\nmetrics_port = 0\nfiles = [\"f.py\"]\nlog-level = \"notice\"\nwatch = false\n"
        ),
        (
          "settings.json",
          #"{"host": "127.0.0.1", "metrics-port": 0, "files": ["f.py"], "watch": false, "queue_seconds": 1.5}"#
        ),
      ])
      func `settings come from a file and from the environment, and the command line wins`(name: String, text: String)
        throws
      {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        try folder.write(name, text)
        let server = try ServerProgram(
          folder, ["--config", name, "--format", "json"],
          environment: ["CLUTCH_SERVE_FORMAT": "text", "CLUTCH_SERVE_INTERPRETERS": "1"])
        try check(server, "gives", "f", "1", "0")
        #expect(server.log.contains("1 interpreter for each file"), "\(server.log)")
        let lines = server.log.split(separator: "\n").filter { $0.hasPrefix("{") }
        let entries = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String] }
        #expect(
          entries.contains {
            $0?["level"] == "notice" && $0?["message"]?.hasPrefix("serving 1 function of f.py") == true
          })
        try server.end()
      }

      @Test func `the command line counts before the environment, and that before the file`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        try folder.write(
          "settings.json",
          #"{"watch": true, "policy": ["pure"], "interpreters": 2, "files": "f.py", "log-level": "info"}"#)
        let variables = [
          "CLUTCH_SERVE_WATCH": "false", "CLUTCH_SERVE_INTERPRETERS": "1", "CLUTCH_SERVE_CONFIG": "settings.json",
        ]
        let server = try ServerProgram(folder, ["--policy", "guarded"], environment: variables)
        #expect(server.log.contains("1 interpreter for each file"), "\(server.log)")
        try folder.write("f.py", source.replacing("return 1", with: "return 2"))
        server.program.send(SIGHUP)
        try server.logs("SIGHUP: f.py is loaded anew")
        #expect(!server.log.contains("changed"))
        try server.end()
        let switched = try ServerProgram(
          folder, ["--config", "settings.json", "--no-watch", "--interpreters=1"],
          environment: ["CLUTCH_SERVE_INTERPRETERS": "3"])
        #expect(switched.log.contains("1 interpreter for each file"), "\(switched.log)")
        try switched.end()
      }

      @Test(arguments: [
        ("{\"port\": ", "cannot be taken"), ("port = \n", ":1:"), ("{\"prot\": 1}", "prot"),
        ("{\"port\": \"x\"}", "settings: port: The value 'x' is invalid for '--port"),
        ("port = 99999\n", "settings: port: The value '99999' is invalid"),
        ("prot = 1\n", "settings: prot: Unknown option '--prot'"),
        ("{\"port\": [1, 2]}", "settings: port is a list; it takes one value"),
        ("host = true\n", "settings: host is true; it takes a text or a number"),
        ("{\"watch\": true,\n \"port\": 1,\n \"wat\\u0063h\": false}", "settings:3: 'watch' stands there twice"),
        ("port = 1\nport = 2", "settings:2:1: 'port' stands in line 1 too"),
        ("queue-seconds = 1\nqueue_seconds = 2\n", "settings: queue_seconds: it is there as queue-seconds, too"),
        ("[", "settings:1:1: settings stand in no table"), ("[[x]]\n", "settings:1:1:"), ("port = {", "settings:1:8:"),
        ("{\"port\": {\"a\": 1}}", "port is no text, number"), ("{\"watch\": \"maybe\"}", "it takes true or false"),
        ("{\"Port\": 1}", "no option of clutch serve"),
        ("{\"config\": \"x\"}", "no option of clutch serve"),
      ])
      func `a file of settings that cannot be taken is one clear error`(text: String, reason: String) throws {
        let folder = try TestFolder()
        try folder.write("settings", text)
        let end = try runClutch(["serve", "--config", "settings", "--check", functions], in: folder)
        #expect(end.status != .exited(0) && end.errors.contains(reason), "\(end)")
        #expect(!end.errors.contains("Fatal"))
      }

      @Test(arguments: [
        (["CLUTCH_SERVE_PORT": "x"], "the environment variable CLUTCH_SERVE_PORT: The value 'x' is invalid"),
        (["CLUTCH_SERVE_PROT": "1"], "the environment variable CLUTCH_SERVE_PROT: Unknown option '--prot'"),
        (["CLUTCH_SERVE_WATCH": "maybe"], "the environment variable CLUTCH_SERVE_WATCH: watch is 'maybe'"),
      ])
      func `an error of a setting in the environment names the variable`(variables: [String: String], reason: String)
        throws
      {
        let folder = try TestFolder()
        let end = try runClutch(["serve", "--check", functions], in: folder, variables)
        #expect(end.status == .exited(1) && end.errors.contains(reason), "\(end)")
        // One that is on the command line is none of the environment's.
        let given = try runClutch(
          ["serve", "--port", "x", "--check", functions], in: folder, ["CLUTCH_SERVE_HOST": "x"])
        #expect(given.status != .exited(0) && !given.errors.contains("environment"), "\(given)")
      }

      @Test func `what is set to an empty text is not set`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        try folder.write(
          "settings.toml", "interpreters = \"\"\npolicy = [\"\"]\nfiles = [\"\", \"f.py\"]\nudf-memory = \"\"\n")
        let variables = [
          "CLUTCH_SERVE_METRICS_PORT": "", "CLUTCH_SERVE_TOKEN": "", "CLUTCH_SERVE_WATCH": "",
          "CLUTCH_SERVE_CONFIG": "",
          "CLUTCH_SERVE_HOST": "",
        ]
        let server = try ServerProgram(
          folder, ["--config", "settings.toml", "--udf-timeout=", "--interpreters", "1"], environment: variables)
        #expect(
          server.log.contains("serving 1 function of f.py") && server.log.contains("1 interpreter"), "\(server.log)")
        try server.end()
      }

      @Test func `there are as many interpreters as processors that the process is bound to`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CLUTCH_") }
        environment["CLUTCH_PYTHON"] = try Checkout.environment()
        let end = try RunningProgram(
          "/usr/bin/env", ["taskset", "-c", "0", try Checkout.clutch(), "serve", "--check", "f.py"],
          in: folder.url.path,
          environment: environment
        ).end()
        #expect(end.status == .exited(0) && end.errors.contains("1 interpreter for each file"), "\(end)")
      }

      @Test func `addresses of IPv6 are taken with brackets, and written with them`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        let program = try startClutch(
          ["serve", "--host", "[::1]", "--port", "0", "--metrics-port", "0", "f.py"], in: folder)
        try program.errors.wait(for: "metrics at http://[::1]:")
        #expect(program.errors.text.contains("at [::1]:"))
        program.send(SIGTERM)
        #expect(try program.end().status == .exited(0))
        let taken = try ServerProgram(folder, ["f.py"])
        let end = try runClutch(
          ["serve", "--host", "127.0.0.1", "--port", "0", "--metrics-port", "\(taken.port)", "f.py"], in: folder)
        #expect(end.status == .exited(1) && end.errors.contains("127.0.0.1:\(taken.port)"), "\(end)")
        try taken.end()
      }

      @Test func `--check looks at the address, at certificates and at who may read the key`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        try makeAuthority(folder, "ca")
        try makeCertificate(folder, "soon", by: "ca", days: 10)
        let tls = ["--tls-certificate", "soon.pem", "--tls-key", "soon.key", "f.py"]
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder.path("soon.key"))
        let warned = try runClutch(["serve", "--check"] + tls, in: folder)
        #expect(warned.status == .exited(0) && warned.errors.contains("all is well"), "\(warned)")
        #expect(warned.errors.contains("the certificate expires on"), "\(warned)")
        #expect(warned.errors.contains("the private key soon.key has the mode 644"), "\(warned)")
        let server = try ServerProgram(folder, tls)
        try server.end()
        #expect(server.log.contains("chmod 600 soon.key"), "\(server.log)")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: folder.path("soon.key"))
        let group = try runClutch(["serve", "--check"] + tls, in: folder)
        #expect(!group.errors.contains("the mode"), "\(group)")
        try makeCertificate(folder, "over", by: "ca", days: -1)
        for (arguments, reason) in [
          (["--host", "no-such-host.invalid"], "\"no-such-host.invalid\" has no address"),
          (["--host", "192.0.2.1"], "192.0.2.1 is no address of this machine"),
          (["--tls-certificate", "over.pem", "--tls-key", "over.key"], "expired on"),
          (["--tls-certificate", "ca.pem", "--tls-key", "soon.key"], "cannot be used together"),
        ] {
          let end = try runClutch(["serve", "--check", "f.py"] + arguments, in: folder)
          #expect(end.status == .exited(1) && end.errors.contains(reason), "\(arguments): \(end)")
        }
      }

      @Test func `--check says what would be served, or what is wrong`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        let fine = try runClutch(["serve", "--check", "f.py"], in: folder)
        #expect(fine.status == .exited(0) && fine.errors.contains("all is well"), "\(fine)")
        try folder.write("broken.py", "import nothing_of_that_name\n")
        let broken = try runClutch(["serve", "--check", "f.py", "broken.py"], in: folder)
        #expect(broken.status == .exited(1) && broken.errors.contains("nothing_of_that_name"), "\(broken)")
      }

      @Test func `bad settings are one clear error each`() throws {
        let folder = try TestFolder()
        try folder.write("f.py", source)
        try folder.write(
          "total.py",
          "from clutch import udaf\n@udaf\nclass T:\n  def create_state(self) -> int: return 0\n  def accumulate(self, state, x: int): return state + x\n  def finish(self, state) -> int: return state\n"
        )
        try folder.write("open-token", "secret", mode: 0o644)
        try folder.write("empty-token", "\n")
        try folder.write("no.pem", "nothing")
        try makeAuthority(folder, "one")
        try makeAuthority(folder, "two")
        let server = try ServerProgram(folder, ["f.py"])
        let port = server.address.split(separator: ":").last.map(String.init) ?? ""
        for (arguments, reason) in [
          (["--port", port, "f.py"], "\(port)"), (["--host", "no-such-host.invalid", "f.py"], "no-such-host.invalid"),
          (["--port", "70000", "f.py"], "from 0 to 65535"), ([], "file"), (["missing.py"], "missing.py"),
          (["total.py"], "aggregate"), (["--tls-certificate", "no.pem", "f.py"], "go together"),
          (["--tls-certificate", "no.pem", "--tls-key", "no.pem", "f.py"], "no certificate"),
          (["--tls-certificate", "gone.pem", "--tls-key", "no.pem", "f.py"], "gone.pem"),
          (["--tls-certificate", "one.pem", "--tls-key", "two.key", "f.py"], "cannot be used together"),
          (["--token", "open-token", "f.py"], "open-token"), (["--token", "empty-token", "f.py"], "empty-token"),
          (["--token", "gone", "f.py"], "gone"), (["--metrics-port", port, "f.py"], port),
          (["--config", "gone.toml", "f.py"], "gone.toml"), (["--interpreters", "0", "f.py"], "from 1 to 256"),
        ] {
          let end = try runClutch(["serve", "--port", "0"] + arguments, in: folder)
          #expect(end.status != .exited(0) && end.errors.contains(reason), "\(arguments): \(end)")
          #expect(!end.errors.contains("Fatal") && !end.errors.contains("secret"), "\(arguments): \(end)")
        }
        try check(server, "gives", "f", "1", "0")
        try server.end()
      }

      @Test func `metrics and probes are served over HTTP`() throws {
        let folder = try TestFolder()
        let server = try ServerProgram(folder, ["--metrics-port", "0", functions])
        try server.logs("metrics at http://127.0.0.1:")
        let url = String(
          try #require(server.log.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("http://") }))
        try check(server, "gives", "gcd", "2", "4", "6")
        try check(server, "fails_with", "negative input", "fails", "-1")
        let text = try get(url)
        for line in [
          "# TYPE clutch_server_calls_total counter", #"clutch_server_calls_total{code="OK",method="DoExchange"} 1"#,
          #"clutch_server_calls_total{code="INVALID_ARGUMENT",method="DoExchange"} 1"#,
          "clutch_server_waiting_batches 0",
          #"clutch_udf_rows_total{function="gcd","#, "clutch_server_call_seconds_bucket",
        ] { #expect(text.contains(line), "\(line) is not in:\n\(text)") }
        #expect(try get(url.replacing("/metrics", with: "/healthz")) == "ok\n")
        #expect(try get(url.replacing("/metrics", with: "/readyz")) == "ready\n")
        try server.end()
      }

      private func get(_ url: String) throws -> String {
        let end = try RunningProgram(
          "/usr/bin/env", ["curl", "-s", "-m", "60", url], in: "/", environment: ProcessInfo.processInfo.environment
        ).end()
        try #require(end.status == .exited(0), "\(end)")
        return end.output
      }
    }
  }
#endif
