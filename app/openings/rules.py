"""The law of openings: who brings what opens the entries of a job after the closing."""

from app.jobs.rules import reads_value, value_missing
from app.kernel.law import the_operator
from app.kernel.words import N_

# What is typed in by two officers stands on the page of a job for everybody, from the moment both agree.
MAY_READ_VALUE = the_operator
MAY_TYPE_NOW = reads_value
unread = value_missing
# Why a selection failed that nobody opened in time.
NOT_READ = N_("Two equal readings of the value named in advance did not come in time. The job can be posted again.")
