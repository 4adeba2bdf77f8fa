import ArgumentParser
import Clutch

/// The option that lets the functions of UDF files start threads.
struct ThreadOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Let UDF files start threads, also while they are loaded.",
      discussion: "A file may say so itself, with @udf(threads=True): that holds for its functions."))
  var allowThreads = false

  func allow(in configuration: SubInterpreter.Configuration) -> SubInterpreter.Configuration {
    var configuration = configuration
    configuration.allowsThreads = allowThreads
    return configuration
  }
}
