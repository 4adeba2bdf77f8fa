/// The memory that a thread runs a program in, from batch to batch.
package final class VectorWorkspace {
  private var made: Lanes?

  package init() {}

  /// The same for each call, which must be with the same program.
  func lanes(of program: VectorProgram) -> Lanes {
    if let made { return made }
    let lanes = program.makeLanes()
    made = lanes
    return lanes
  }
}
