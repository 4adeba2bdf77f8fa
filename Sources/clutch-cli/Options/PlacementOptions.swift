public import ArgumentParser
public import Clutch

/// Where functions run.
struct PlacementOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the functions run: interpreter (isolated, in this process), worker (processes of their own) or main.",
      discussion: """
        Default: what the file says, else an interpreter, and worker processes for a file that imports a package which \
        does not load there.
        """, valueName: "place"))
  var placement: Placement?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "End worker processes that had nothing to do for so many seconds; the next call starts others.",
      discussion: "Default: they stay until the end.", valueName: "seconds"), transform: seconds)
  var workerIdle: Duration?
}

extension Placement: ExpressibleByArgument {}
