"""The law of oversight: everybody signed in has a desk, and a regulator reviews what is finished in its sector."""

from app.kernel.law import a_regulator, signed_in

MAY_HAVE_DESK = signed_in
MAY_REVIEW = a_regulator
