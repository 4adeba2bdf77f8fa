import TestSupport
import Testing

/// `clutch new`.
@Suite(.timeLimit(.minutes(30))) struct NewTests {
  @Test func `the files work as they stand`() throws {
    let clutch = try Clutch()
    let made = try clutch.run("new", "prices")
    #expect(made.status == .exited(0))
    #expect(made.output.hasPrefix("Made prices.py, test_prices.py and prices.sql."))
    let check = try clutch.run("check", "prices.py")
    #expect(check.status == .exited(0))
    let test = try clutch.run("test", "prices.py")
    #expect(test.output == "3 examples in 2 doctests passed\n")
    let rows = try clutch.run("sql", "--udf", "prices.py", "--format", "csv", "-f", "prices.sql")
    #expect(rows.output == "item,price,stock\nlamp,60.0,12\nchair,90.0,\n", "\(rows.errors)")
    let tests = try clutch.text("test_prices.py")
    #expect(tests.contains("from prices import discounted, whole_number\n"))
  }

  @Test func `nothing is overwritten`() throws {
    let clutch = try Clutch()
    try clutch.write("test_prices.py", "mine")
    let end = try clutch.run("new", "prices.py")
    #expect(end.status == .exited(1))
    #expect(end.errors.hasPrefix("Error: test_prices.py is there already; nothing was written."))
    let names = try clutch.names()
    #expect(names == ["test_prices.py"])
    let mine = try clutch.text("test_prices.py")
    #expect(mine == "mine")
  }

  @Test(arguments: [
    ("a b", "is no name for a Python module"), ("1st", "is no name for a Python module"), ("", "is no name"),
    ("../up", "is no name for a Python module"), ("naïve", "is no name for a Python module"),
    ("class", "is a word of the Python language"), ("json", "is the name of a module that exists"),
    ("clutch", "is the name of a module that exists"),
  ])
  func `what Python could not import is refused`(name: String, problem: String) throws {
    let end = try Clutch().run("new", name)
    #expect(end.status == .exited(1) && end.errors.contains(problem), "\(end.errors)")
  }
}
