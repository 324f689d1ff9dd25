"""Arrays as text: what a browser reads is what was stored, to seven digits."""

import base64

import numpy as np

from phasemap.explore.numbers import codes, packed, rounded


def test_numbers_come_back_in_single_precision():
    values = np.array([[0.1, -2.5e-30, np.nan], [np.inf, -np.inf, 1e300]])
    back = np.frombuffer(base64.b64decode(packed(values)), "<f4")
    np.testing.assert_array_equal(back, [np.float32(0.1), np.float32(-2.5e-30), np.nan, np.inf, -np.inf, np.inf])


def test_strided_numbers_are_packed_in_order():
    values = np.arange(12.0).reshape(3, 4).T
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(packed(values)), "<f4"), values.ravel())


def test_codes_keep_their_sign():
    np.testing.assert_array_equal(np.frombuffer(base64.b64decode(codes(np.array([-1, 0, 10]))), np.int8), [-1, 0, 10])


def test_lists_have_seven_digits_and_words_for_infinity():
    assert rounded(np.array([1 / 3, np.inf, np.nan])) == [0.3333333, "inf", None]
    assert rounded(np.eye(2)) == [[1.0, 0.0], [0.0, 1.0]]
