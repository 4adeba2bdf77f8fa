package import Columnar

/// One thing that is done with the states of an aggregate function, each of which has a number.
package enum AggregateStep: Sendable {
  /// Takes rows into the states of these groups, one for each row, or out of them; a row of the group -1 is left out.
  ///
  /// - Parameter signs: for each row 1 or -1; nil for 1 in all of them.
  case accumulate(RecordBatch, groups: [Int], signs: [Int8]?)
  /// Merges states, one pair after the other.
  case merge([StateMerge])
  /// Gives states as a column.
  case export([Int], StateForm)
  /// Makes states of such a column; those that were there go.
  case importing(RecordBatch, groups: [Int], StateForm)
  /// Gives the value of each group; the states stay.
  ///
  /// - Parameter shared: the groups whose states others have too, so that what `finish` does to one must not be seen.
  case finish([Int], shared: Set<Int>)
  /// Forgets states.
  case drop([Int])
  /// Forgets all.
  case close
}

/// How states are written.
package enum StateForm: Sendable {
  /// As `create_state` is annotated, else pickled.
  case annotated
  case pickled
}

/// A state that is merged into another.
package struct StateMerge: Sendable {
  /// The state that is taken, and stays as it is.
  package let source: Int
  /// The state that it is merged into.
  package let target: Int
  /// Where the outcome goes: the target, or another number, and then the target stays as it is too.
  package let outcome: Int

  package init(source: Int, target: Int, outcome: Int) {
    (self.source, self.target, self.outcome) = (source, target, outcome)
  }
}

/// What a step gave.
package enum AggregateAnswer: Sendable {
  case done
  /// The values of groups.
  case values(UDFResult)
  /// States.
  case states(RecordBatch)
}
