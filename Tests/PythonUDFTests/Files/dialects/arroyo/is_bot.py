# [dependencies]
# none: only the standard library is used
import arroyo_udf

BOTS = ("bot", "crawler", "spider", "curl/")


@arroyo_udf.udf
def is_bot(user_agent: str) -> bool:
    user_agent = user_agent.lower()
    return any(word in user_agent for word in BOTS)
