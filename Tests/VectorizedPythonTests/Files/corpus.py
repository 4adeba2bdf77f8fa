"""Functions as people write them. The line above each says what clutch inspect does: vectorized, partly, or python, and of the
last two the construct that is in the way."""

import datetime
import hashlib
import json
import math
import random
import re

from clutch import udf

VAT = {"DE": 0.19, "FR": 0.2, "IT": 0.22, "NL": 0.21, "LU": 0.17}
COUNTRIES = {"DE": "Germany", "FR": "France", "IT": "Italy", "US": "United States", "UK": "United Kingdom"}
PRIORITY = {"low": 1, "normal": 2, "high": 3, "urgent": 4}
POINTS = {1: 25, 2: 18, 3: 15, 4: 12, 5: 10, 6: 8, 7: 6, 8: 4, 9: 2, 10: 1}
WEEKEND = (5, 6)
STOP_WORDS = frozenset(["the", "a", "an", "of", "and", "or"])
BLOCKED = ["spam", "test"]
EARTH_RADIUS = 6371.0
FEE = 0.029
CACHE = {}
HOLIDAYS = frozenset([datetime.date(2024, 12, 25), datetime.date(2025, 1, 1), datetime.date(1970, 1, 1)])


# Cleaning

# vectorized
@udf
def clean_name(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")


# vectorized
@udf
def normalize_phone(phone: str) -> str:
    digits = phone.replace(" ", "").replace("-", "").replace("(", "").replace(")", "")
    if digits.startswith("00"):
        return "+" + digits[2:]
    if digits.startswith("0"):
        return "+49" + digits[1:]
    return digits


# vectorized
@udf
def title_or_unknown(name: str | None) -> str:
    if name is None or not name.strip():
        return "Unknown"
    return name.strip().title()


# vectorized
@udf
def mask_card(number: str) -> str:
    if len(number) < 8:
        return "****"
    return "****-****-" + number[-4:]


# vectorized
@udf
def initials(first: str, last: str) -> str:
    return f"{first[:1].upper()}{last[:1].upper()}"


# vectorized
@udf
def squeeze(text: str) -> str:
    result = ""
    before = ""
    for c in text:
        if c != " " or before != " ":
            result += c
        before = c
    return result


# python: a regular expression
@udf
def only_digits(text: str) -> str:
    return re.sub(r"\D", "", text)


# vectorized
@udf
def yes_no(text: str) -> bool:
    return text.strip().lower() in ("yes", "y", "true", "1")


# vectorized
@udf
def truncate(text: str, size: int = 10) -> str:
    return text if len(text) <= size else text[:size] + "..."


# vectorized
@udf
def strip_scheme(url: str) -> str:
    url = url.removeprefix("https://").removeprefix("http://")
    slash = url.find("/")
    return url if slash < 0 else url[:slash]


# Parsing

# vectorized
@udf
def parse_id(s: str) -> int:
    if not s.startswith("ID-"):
        return -1
    body = s[3:9]
    if len(body) != 6:
        return -2
    return int(body)


# vectorized
@udf
def parse_amount(text: str) -> float:
    text = text.strip().replace("EUR", "").replace(",", "")
    return float(text)


# vectorized
@udf
def safe_int(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


# vectorized
@udf
def minutes(clock: str) -> int:
    colon = clock.find(":")
    if colon < 1:
        return 0
    return int(clock[:colon]) * 60 + int(clock[colon + 1 :])


# vectorized
@udf
def domain(email: str) -> str:
    at = email.rfind("@")
    return email[at + 1 :].lower() if at >= 0 else ""


# vectorized
@udf
def version_major(version: str) -> int:
    dot = version.find(".")
    return int(version[:dot] if dot > 0 else version)


# vectorized
@udf
def hex_value(text: str) -> int:
    value = 0
    for c in text.lower():
        if c.isdigit():
            value = value * 16 + ord(c) - 48
        elif "a" <= c <= "f":
            value = value * 16 + ord(c) - 87
        else:
            return -1
    return value


# vectorized
@udf
def second_field(line: str) -> str:
    return line.split(",")[1]


# vectorized
@udf
def email_domain(email: str) -> str:
    return email.rsplit("@", 1)[-1].strip().lower()


# vectorized
@udf
def short_name(name: str) -> str:
    letters = ""
    for word in name.split():
        letters += word[0].upper()
    return letters


# vectorized
@udf
def url_host(url: str) -> str:
    rest = url.partition("://")[2] or url
    host = rest.split("/", 1)[0]
    return host.rpartition(":")[0] if ":" in host else host


# vectorized
@udf
def tagged(tags: str, tag: str) -> bool:
    return tag in tags.split(";")


# vectorized
@udf
def key_value(pair: str) -> str:
    parts = pair.split("=")
    if len(parts) != 2:
        return "?"
    key, value = parts
    return value.strip() + "<-" + key.strip()


# vectorized
@udf
def semantic_version(version: str) -> int:
    major, minor, patch = version.removeprefix("v").split(".")
    return int(major) * 1_000_000 + int(minor) * 1_000 + int(patch)


# vectorized
@udf
def int_or_none(text: str | None) -> int | None:
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


# vectorized
@udf
def amount(text: str) -> float:
    try:
        value = float(text.replace(",", "").replace("$", ""))
    except ValueError as error:
        return -1.0
    return round(value, 2)


# vectorized
@udf
def sum_of_fields(line: str) -> int:
    total = 0
    for field in line.split(","):
        try:
            total += int(field)
        except ValueError:
            continue
    return total


# vectorized
@udf
def rate(part: float, whole: int) -> float:
    try:
        return part / whole * 100
    except ZeroDivisionError:
        return 0.0


# vectorized
@udf
def vat_or_nothing(country: str, net: float) -> float:
    try:
        rate = VAT[country]
    except KeyError:
        return net
    else:
        return net * (1 + rate)


# vectorized
@udf
def third_or_empty(path: str) -> str:
    try:
        return path.split("/")[2]
    except IndexError:
        return ""


# partly: a raise
@udf
def strict_quantity(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"no quantity: {text}") from None


# vectorized
@udf
def clock(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:02d}:{rest:02d}"


# python: the list as a whole
@udf
def sorted_tags(tags: str) -> str:
    return ",".join(sorted(tags.split(",")))


# python: json
@udf
def json_name(text: str) -> str:
    return json.loads(text)["name"]


# Scoring

# vectorized
@udf
def delay_score(dep_delay: float | None, arr_delay: float | None) -> float:
    return max(dep_delay or 0.0, 0.0) * 0.3 + max(arr_delay or 0.0, 0.0) * 0.7


# vectorized
@udf
def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


# vectorized
@udf
def clamp(x: float, low: float = 0.0, high: float = 1.0) -> float:
    return max(low, min(x, high))


# vectorized
@udf
def z_score(x: float, mean: float, deviation: float) -> float | None:
    if deviation == 0:
        return None
    return (x - mean) / deviation


# vectorized
@udf
def weighted(a: float, b: float | None, c: float | None) -> float:
    total = a * 0.5
    weight = 0.5
    if b is not None:
        total += b * 0.3
        weight += 0.3
    if c is not None:
        total += c * 0.2
        weight += 0.2
    return total / weight


# vectorized
@udf
def risk(age: int, claims: int, smoker: bool) -> int:
    score = 0
    if age < 25:
        score += 30
    elif age > 70:
        score += 20
    score += min(claims, 5) * 10
    if smoker:
        score += 15
    return min(score, 100)


# vectorized
@udf
def points(position: int | None) -> int:
    return POINTS.get(position, 0) if position is not None else 0


# vectorized
@udf
def priority(text: str) -> int:
    return PRIORITY.get(text.strip().lower(), 0)


# vectorized
@udf
def bayes_rating(mean: float, votes: int) -> float:
    return round((votes * mean + 25 * 3.5) / (votes + 25), 2)


# vectorized
@udf
def logit(p: float) -> float:
    p = min(max(p, 0.0001), 0.9999)
    return math.log(p / (1 - p))


# vectorized
@udf
def bmi_class(kilograms: float, metres: float) -> str:
    bmi = kilograms / metres**2
    if bmi < 18.5:
        return "underweight"
    elif bmi < 25:
        return "normal"
    elif bmi < 30:
        return "overweight"
    return "obese"


# Brackets and money

# vectorized
@udf
def tax(income: float | None) -> float:
    if income is None:
        return 0.0
    if income <= 0:
        return 0.0
    elif income <= 10000:
        return income * 0.1
    elif income <= 40000:
        return 1000 + (income - 10000) * 0.2
    elif income <= 90000:
        return 7000 + (income - 40000) * 0.3
    else:
        return 22000 + (income - 90000) * 0.4


# vectorized
@udf
def gross(net: float, country: str) -> float:
    return net * (1 + VAT[country])


# vectorized
@udf
def shipping(weight: float, country: str) -> float:
    base = 4.9 if country == "DE" else 9.9
    if weight > 30:
        return base + 20 + (weight - 30) * 0.5
    return base


# vectorized
@udf
def payment_fee(amount: float) -> float:
    return round(amount * FEE + 0.3, 2)


# vectorized
@udf
def compound(principal: float, rate: float, years: int) -> float:
    for _ in range(min(years, 100)):
        principal += principal * rate
        if principal > 1e12:
            break
    return principal


# vectorized
@udf
def installments(total: int, count: int) -> int:
    return total // count if count > 0 else total


# vectorized
@udf
def round_up(cents: int, step: int) -> int:
    return -(-cents // step) * step


# vectorized
@udf
def discount(quantity: int, price: float) -> float:
    match quantity:
        case 0:
            return 0.0
        case 1 | 2:
            return quantity * price
        case _:
            return quantity * price * 0.9


# vectorized
@udf
def price_label(price: float) -> str:
    return f"{price:.2f} EUR"


# vectorized
@udf
def invoice_number(year: int, number: int) -> str:
    return f"R{year}-{number:06d}"


# Distances

# vectorized
@udf
def haversine(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    a = (
        math.sin(math.radians(lat2 - lat1) / 2) ** 2
        + math.cos(math.radians(lat1)) * math.cos(math.radians(lat2)) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(a))


# vectorized
@udf
def manhattan(x1: int, y1: int, x2: int, y2: int) -> int:
    return abs(x1 - x2) + abs(y1 - y2)


def squared(x: float, y: float) -> float:
    return x * x + y * y


# vectorized
@udf
def euclid(x1: float, y1: float, x2: float, y2: float) -> float:
    return math.sqrt(squared(x1 - x2, y1 - y2))


# vectorized
@udf
def bearing(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    p1, p2 = math.radians(lat1), math.radians(lat2)
    d = math.radians(lon2 - lon1)
    y = math.sin(d) * math.cos(p2)
    x = math.cos(p1) * math.sin(p2) - math.sin(p1) * math.cos(p2) * math.cos(d)
    return (math.degrees(math.atan2(y, x)) + 360) % 360


# vectorized
@udf
def hamming(a: str, b: str) -> int:
    if len(a) != len(b):
        return -1
    count = 0
    for i in range(len(a)):
        if a[i] != b[i]:
            count += 1
    return count


# python: a function of math that is CPython's own
@udf
def hypotenuse(a: float, b: float) -> float:
    return math.hypot(a, b)


# Dates

# vectorized
@udf
def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


# vectorized
@udf
def days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


# vectorized
@udf
def is_weekend(day: int) -> bool:
    return day % 7 in WEEKEND


# vectorized
@udf
def quarter(month: int) -> str:
    return f"Q{(month - 1) // 3 + 1}"


# vectorized
@udf
def easter_month(year: int) -> int:
    a, b, c = year % 19, year // 100, year % 100
    d, e, f = b // 4, b % 4, (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    return (h + m - 7 * n + 114) // 31


# vectorized
@udf
def played(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


# vectorized
@udf
def add_days(day: datetime.date, count: int) -> datetime.date:
    return day + datetime.timedelta(days=count)


# vectorized
@udf
def age_on(born: datetime.date, day: datetime.date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


# vectorized
@udf
def is_weekend(day: datetime.date) -> bool:
    return day.weekday() in WEEKEND


# vectorized
@udf
def quarter_of(day: datetime.date) -> str:
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


# vectorized
@udf
def month_end(day: datetime.date) -> datetime.date:
    first = day.replace(day=28) + datetime.timedelta(days=4)
    return first - datetime.timedelta(days=first.day)


# vectorized
@udf
def working_day(day: datetime.date | None) -> bool:
    return day is not None and day.weekday() < 5 and day not in HOLIDAYS


# vectorized
@udf
def iso_week(day: datetime.date) -> str:
    return f"{day.isocalendar()[0]}-W{day.isocalendar().week:02d}"


# vectorized
@udf
def hours_between(start: datetime.datetime, end: datetime.datetime) -> float:
    return (end - start).total_seconds() / 3600


# vectorized
@udf
def quarter_hour(moment: datetime.datetime) -> datetime.datetime:
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


# vectorized
@udf
def daypart(moment: datetime.datetime) -> str:
    match moment.hour // 6:
        case 0:
            return "night"
        case 1:
            return "morning"
        case 2:
            return "afternoon"
        case _:
            return "evening"


# vectorized
@udf
def stamp(moment: datetime.datetime) -> str:
    return moment.strftime("%d.%m.%Y %H:%M") + f" ({moment:%j}) {moment.date().isoformat()}"


# vectorized
@udf
def day_of(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


# vectorized
@udf
def german_day(text: str) -> datetime.date:
    return datetime.datetime.strptime(text, "%d.%m.%Y").date()


# python: weekday names
@udf
def weekday_name(day: datetime.date) -> str:
    return day.strftime("%A")


# partly: now
@udf
def not_in_future(moment: datetime.datetime | None) -> datetime.datetime:
    if moment is None:
        return datetime.datetime.now()
    return moment


# vectorized
@udf
def is_image(name: str) -> bool:
    return name.lower().endswith((".png", ".jpg", ".gif"))


# vectorized
@udf
def weighted(text: str) -> int:
    total = 0
    for place, c in enumerate(text, 1):
        if c.isdigit():
            total += place * int(c)
    return total


# vectorized
@udf
def vat_of(country: str | None) -> float:
    return VAT.get(country, 0.0)


# vectorized
@udf
def heading(degrees: float | None) -> float:
    return (degrees or 0) % 360


# vectorized
@udf
def decibels(x: float) -> float:
    return round(10 * math.log(abs(x) + 1, 10), ndigits=2)


# Codes and check digits

# vectorized
@udf
def luhn(number: str) -> bool:
    total = 0
    double = False
    for i in range(len(number) - 1, -1, -1):
        c = number[i]
        if not c.isdigit():
            return False
        digit = int(c)
        if double:
            digit *= 2
            if digit > 9:
                digit -= 9
        total += digit
        double = not double
    return total % 10 == 0


# vectorized
@udf
def ean13(code: str) -> bool:
    if len(code) != 13 or not code.isdigit():
        return False
    total = 0
    for i in range(12):
        total += int(code[i]) * (3 if i % 2 else 1)
    return (10 - total % 10) % 10 == int(code[12])


# vectorized
@udf
def isbn10(code: str) -> bool:
    if len(code) != 10:
        return False
    total = 0
    for i in range(10):
        c = code[i]
        if c == "X" and i == 9:
            total += 10
        elif c.isdigit():
            total += int(c) * (10 - i)
        else:
            return False
    return total % 11 == 0


# vectorized
@udf
def checksum(text: str) -> int:
    a, b = 1, 0
    for c in text:
        a = (a + ord(c)) % 65521
        b = (b + a) % 65521
    return b << 16 | a


# vectorized
@udf
def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


# vectorized
@udf
def collatz(n: int) -> int:
    steps = 0
    while n > 1 and steps < 200:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


# vectorized
@udf
def digit_sum(n: int) -> int:
    n, total = abs(n), 0
    while n > 0:
        total += n % 10
        n //= 10
    return total


# vectorized
@udf
def reverse_bits(x: int) -> int:
    result = 0
    for _ in range(8):
        result = result << 1 | x & 1
        x >>= 1
    return result


# vectorized
@udf
def is_prime(n: int) -> bool:
    if n < 2:
        return False
    i = 2
    while i * i <= n and i < 500:
        if n % i == 0:
            return False
        i += 1
    return True


# vectorized
@udf
def country_name(code: str | None) -> str:
    return COUNTRIES.get(code.upper(), "unknown") if code else "none"


# vectorized
@udf
def is_stop_word(word: str) -> bool:
    return word.lower() in STOP_WORDS


# vectorized
@udf
def password_ok(password: str) -> bool:
    has_digit = has_upper = False
    for c in password:
        if c.isdigit():
            has_digit = True
        elif c.isupper():
            has_upper = True
    return len(password) >= 8 and has_digit and has_upper


# What programs do not have, wholly or on some ways

# partly: random.random
@udf
def sampled(x: float) -> float:
    if x < 50:
        return x
    return x * random.random() * 0 + 1


# python: a list of the file
@udf
def is_blocked(text: str) -> bool:
    return text in BLOCKED


# python: hashing
@udf
def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


# python: state
@udf
def remembered(x: int) -> int:
    CACHE[x] = CACHE.get(x, 0) + 1
    return CACHE[x]


# partly: an exception
@udf
def checked_age(age: int) -> int:
    if age < 0:
        raise ValueError(f"an age of {age}")
    return age


# partly: a call of itself
@udf
def factorial(n: int) -> int:
    if n <= 1:
        return 1
    return n * factorial(min(n - 1, 12))


# python: a result of type Record
@udf
def pair(x: int) -> dict[str, int]:
    return {"x": x}


# partly: a print
@udf
def noisy(x: int) -> int:
    if x > 90:
        print("large")
    return x + 1


# python: a sum of a list
@udf
def total(a: int, b: int) -> int:
    return sum([a, b])
