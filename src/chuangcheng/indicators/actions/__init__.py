"""Everything that changes indicators and readings."""

from chuangcheng.indicators.actions.defining import define_from_edition as define_from_edition
from chuangcheng.indicators.actions.defining import define_indicator as define_indicator
from chuangcheng.indicators.actions.defining import follow_edition as follow_edition
from chuangcheng.indicators.actions.judging import confirm_doubt as confirm_doubt
from chuangcheng.indicators.actions.judging import correct_doubt as correct_doubt
from chuangcheng.indicators.actions.judging import withdraw_doubt as withdraw_doubt
from chuangcheng.indicators.actions.recording import record_reading as record_reading
from chuangcheng.indicators.actions.submitting import ReadingInput as ReadingInput
from chuangcheng.indicators.actions.submitting import Taken as Taken
from chuangcheng.indicators.actions.submitting import submit_reading as submit_reading
