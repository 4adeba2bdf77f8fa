extension VectorProgram {
  /// Functions of Python's `math` whose bits the program takes from the C library.
  package var libraryFunctions: [String] { libraryNames.sorted() }

  /// What the C library gives for some arguments, to be compared with what Python's function of the name does.
  package static func samples(of name: String) -> (arguments: [[Double]], results: [Double]) {
    var arguments: [Double] = [
      0, -0.0, 0.1, -0.1, 0.5, 1, -1, 1.5, 2, -2, 3, 10, 100, 1e-5, 1e-300, 1e10, 1e300, .pi / 4,
    ]
    var seed: UInt64 = 7
    for index in 0..<200 {
      seed ^= seed << 13
      seed ^= seed >> 7
      seed ^= seed << 17
      arguments.append(Double(Int64(bitPattern: seed) >> 11) / Double(1 << 52) * (index % 3 == 0 ? 50 : 1))
    }
    guard MathKernels.functionsOfTwo.contains(name) || name == "pow" else {
      // What the system does not have is not taken.
      guard let function = LibM.one(name) else { return ([[0]], [.infinity]) }
      return (arguments.map { [$0] }, arguments.map { function($0) })
    }
    guard let function = LibM.two(name) else { return ([[0, 0]], [.infinity]) }
    let pairs = zip(arguments, arguments.dropFirst(7) + arguments.prefix(7)).map { [$0, $1] }
    return (pairs, pairs.map { function($0[0], $0[1]) })
  }
}
