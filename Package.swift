// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every Swift target.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

/// Only for targets that declare `~Escapable` types of their own (`Python`, `PythonObject`) or
/// properties that hand out `Span`: the lifetime annotations that these need are still experimental
/// in Swift 6.3. Clients of such a target do not need the flag.
let lifetimes = settings + [.enableExperimentalFeature("Lifetimes")]

/// Products of SwiftNIO. Without the trait they are neither resolved nor built, and the targets that use them are empty.
func serverProduct(_ name: String, _ package: String) -> Target.Dependency {
  .product(name: name, package: package, condition: .when(traits: ["Server"]))
}

let package = Package(
  name: "clutch",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "Clutch", targets: ["Clutch"]),
    .library(name: "Columnar", targets: ["Columnar"]),
    .library(name: "ArrowIPC", targets: ["ArrowIPC"]),
    .library(name: "Tabular", targets: ["Tabular"]),
    .library(name: "PythonRuntime", targets: ["PythonRuntime"]),
    .library(name: "Functions", targets: ["Functions"]),
    .library(name: "Environments", targets: ["Environments"]),
    .library(name: "PythonUDF", targets: ["PythonUDF"]),
    .library(name: "DuckDBEngine", targets: ["DuckDBEngine"]),
    .executable(name: "clutch", targets: ["clutch-cli"]),
  ],
  // What an embedder may leave out. A part with heavy dependencies comes with a trait of its own, which is not a default.
  traits: [
    .default(enabledTraits: ["DuckDB"]),
    .trait(name: "DuckDB", description: "The SQL engine in the library Clutch, and the command clutch."),
    .trait(name: "Server", description: "clutch serve, which needs SwiftNIO and BoringSSL."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
  ],
  targets: [
    // Declarations of foreign binary interfaces, no logic.
    .target(name: "CPythonABI"),
    .target(name: "CArrowABI"),
    .target(name: "CDuckDBABI"),
    .target(name: "CLinuxABI"),
    // Logic, which must be C: the reason is in its header.
    .target(name: "CCrashReport"),

    .target(name: "Essentials", swiftSettings: settings),
    .target(name: "HostSupport", dependencies: ["CLinuxABI", "Essentials"], swiftSettings: settings),
    .target(name: "ThreadConfinement", dependencies: ["CCrashReport"], swiftSettings: settings),
    .target(name: "Columnar", dependencies: ["CArrowABI"], swiftSettings: lifetimes),
    .target(name: "ArrowIPC", dependencies: ["Columnar"], swiftSettings: settings),
    .target(name: "Tabular", dependencies: ["Columnar", "Essentials"], swiftSettings: settings),
    .target(
      name: "PythonRuntime", dependencies: ["CPythonABI", "Essentials", "HostSupport", "ThreadConfinement"],
      resources: [.embedInCode("Python")],
      swiftSettings: lifetimes),
    .target(
      name: "Functions", dependencies: ["Columnar", "Essentials", "HostSupport", "PythonRuntime"],
      swiftSettings: settings),
    .target(
      name: "Environments",
      dependencies: ["Essentials", "Functions", "HostSupport", "PythonRuntime", "ThreadConfinement"],
      resources: [.embedInCode("Python")], swiftSettings: settings),
    .target(
      name: "VectorizedPython", dependencies: ["Columnar", "Essentials", "Functions"], swiftSettings: settings),
    .target(
      name: "PythonFunctions",
      dependencies: ["Columnar", "CPythonABI", "Essentials", "Functions", "HostSupport", "PythonRuntime"],
      resources: [.embedInCode("Python")], swiftSettings: settings),
    .target(
      name: "WorkerProcess", dependencies: ["ArrowIPC", "CLinuxABI", "Columnar", "Essentials", "HostSupport"],
      swiftSettings: settings),
    .target(
      name: "PythonUDF",
      dependencies: [
        "Columnar", "Essentials", "Functions", "HostSupport", "PythonFunctions", "PythonRuntime", "ThreadConfinement",
        "VectorizedPython", "WorkerProcess",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: settings),
    .target(
      name: "DuckDBEngine",
      dependencies: [
        "CDuckDBABI", "Columnar", "Essentials", "Functions", "HostSupport", "Tabular", "ThreadConfinement",
      ],
      swiftSettings: settings),
    .target(
      name: "Shell",
      dependencies: [
        "Columnar", "DuckDBEngine", "Essentials", "Functions", "HostSupport", "PythonRuntime", "PythonUDF", "Tabular",
        .product(name: "CoreMetrics", package: "swift-metrics"),
      ],
      swiftSettings: settings),
    .target(
      name: "Clutch",
      dependencies: [
        "ArrowIPC", "Columnar", .target(name: "DuckDBEngine", condition: .when(traits: ["DuckDB"])), "Environments",
        "Essentials", "Functions", "PythonRuntime", "PythonUDF", "Tabular", "ThreadConfinement",
      ],
      swiftSettings: settings),
    .target(
      name: "FlightService", dependencies: ["ArrowIPC", "Columnar", "Functions", "HostSupport"],
      swiftSettings: settings),
    .target(
      name: "GRPCServing",
      dependencies: [
        "Essentials",
        .product(name: "Logging", package: "swift-log"),
        serverProduct("NIOCore", "swift-nio"), serverProduct("NIOPosix", "swift-nio"),
        serverProduct("NIOTLS", "swift-nio"), serverProduct("NIOHPACK", "swift-nio-http2"),
        serverProduct("NIOHTTP2", "swift-nio-http2"), serverProduct("NIOSSL", "swift-nio-ssl"),
      ],
      swiftSettings: settings),
    .target(
      name: "FlightServer",
      dependencies: [
        "ArrowIPC", "Columnar", "FlightService", "Functions", "GRPCServing",
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Instrumentation", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        serverProduct("NIOCore", "swift-nio"), serverProduct("NIOHTTP1", "swift-nio"),
        serverProduct("NIOPosix", "swift-nio"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "clutch-cli",
      dependencies: [
        "Clutch", "Columnar", "DuckDBEngine", "Environments", "Essentials", "FlightServer", "FlightService",
        "GRPCServing",
        "HostSupport", "PythonFunctions", "PythonRuntime", "PythonUDF", "Shell", "Tabular", "ThreadConfinement",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      resources: [.embedInCode("Templates")], swiftSettings: settings),

    .executableTarget(
      name: "clutch-benchmarks",
      dependencies: [
        "Clutch", "Columnar", "DuckDBEngine", "Functions", "PythonFunctions", "PythonRuntime", "PythonUDF",
        "ThreadConfinement", "VectorizedPython",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Benchmarks", exclude: ["Python"], swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["CArrowABI", "Columnar", "PythonRuntime"], path: "Tests/TestSupport",
      exclude: ["Exchange/exchange.py", "Exchange/ipc.py", "Exchange/shown.py", "Wheels/make_wheel.py"],
      swiftSettings: settings),
    .testTarget(name: "ArchitectureTests", dependencies: ["TestSupport"], swiftSettings: settings),
    .testTarget(name: "HostSupportTests", dependencies: ["HostSupport"], swiftSettings: settings),
    .testTarget(
      name: "ThreadConfinementTests", dependencies: ["ThreadConfinement"], swiftSettings: settings),
    .testTarget(
      name: "ColumnarTests", dependencies: ["CArrowABI", "Columnar", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "ArrowIPCTests", dependencies: ["ArrowIPC", "Columnar", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "WorkerProcessTests", dependencies: ["Columnar", "TestSupport", "WorkerProcess"], swiftSettings: settings),
    .testTarget(
      name: "GRPCServingTests",
      dependencies: [
        "GRPCServing",
        .product(name: "Logging", package: "swift-log"),
        serverProduct("NIOCore", "swift-nio"), serverProduct("NIOEmbedded", "swift-nio"),
        serverProduct("NIOPosix", "swift-nio"),
      ],
      exclude: ["Client/client.py"], swiftSettings: settings),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "FlightServer", "FlightService", "GRPCServing", "PythonUDF", "TestSupport",
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      exclude: ["Client", "Files"], swiftSettings: settings),
    .testTarget(name: "TabularTests", dependencies: ["Columnar", "Tabular", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "PythonRuntimeTests", dependencies: ["HostSupport", "PythonRuntime", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "EnvironmentsTests",
      dependencies: [
        "Columnar", "Environments", "Functions", "HostSupport", "PythonRuntime", "PythonUDF", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PythonUDFTests",
      dependencies: [
        "PythonFunctions", "PythonUDF", "TestSupport", "ThreadConfinement",
        .product(name: "InMemoryLogging", package: "swift-log"),
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      resources: [.copy("Files")], swiftSettings: settings),
    .testTarget(
      name: "VectorizedPythonTests",
      dependencies: [
        "Columnar", "Functions", "PythonFunctions", "PythonRuntime", "PythonUDF", "TestSupport", "VectorizedPython",
      ],
      resources: [.copy("Files")], swiftSettings: settings),
    .testTarget(
      name: "DuckDBEngineTests",
      dependencies: [
        "CDuckDBABI", "Columnar", "DuckDBEngine", "Functions", "PythonRuntime", "PythonUDF", "Tabular", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CLITests",
      dependencies: [
        "ArrowIPC", "Columnar", "DuckDBEngine", "HostSupport", "PythonRuntime", "PythonUDF", "TestSupport",
      ],
      resources: [.copy("Files")], swiftSettings: settings),
  ]
)
