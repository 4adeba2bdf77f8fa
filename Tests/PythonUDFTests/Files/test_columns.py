"""The class of columns as code has it that runs without a host."""

from dialects_base import clutch

import typing
import unittest


class Columns(unittest.TestCase):
    def test_is_the_values_of_a_list(self):
        column = clutch.Column([1, None, 3])
        self.assertEqual((len(column), column[0], column[-1], column[1]), (3, 1, 3, None))
        self.assertEqual((list(column), column.to_list()), ([1, None, 3], [1, None, 3]))
        self.assertEqual((column.null_count, column.is_null(1), column.is_null(0)), (1, True, False))
        self.assertEqual((list(column[1:]), type(column[1:])), ([None, 3], clutch.Column))
        self.assertEqual(([*reversed(column)], 3 in column, list(clutch.Column())), ([3, None, 1], True, []))
        with self.assertRaises(IndexError):
            column[3]
        with self.assertRaises(TypeError):
            column[0] = 1

    def test_is_generic(self):
        self.assertEqual(typing.get_args(clutch.Column[int]), (int,))
        self.assertIs(typing.get_origin(clutch.Column[int]), clutch.Column)

    def test_functions_are_called_as_usual(self):
        @clutch.udf(batch=True)
        def doubled(x: clutch.Column[int]) -> clutch.Column[int]:
            return clutch.Column([v and 2 * v for v in x])

        self.assertEqual(doubled(clutch.Column([1, None])).to_list(), [2, None])


if __name__ == "__main__":
    unittest.main()
