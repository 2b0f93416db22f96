// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/encoding.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iconv.h>
#include <lathe/data.h>
#include <lathe/error.h>
#include <lathe/progress.h>
#include <uchardet/uchardet.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include "data/utf8.h"

namespace lathe {
namespace data {
namespace {

/// Listed name, ICU converter (empty: the C library's iconv under the listed name), other spellings in lower case without - _ and spaces.
struct EncodingEntry {
    const char* name;
    const char* converter;
    const char* spellings;
};

// CP932 is IBM's table, where 0x5C is a backslash, as Windows and Python have it. ISO-8859-1 is read as Windows-1252 only
// where bytes 0x80-0x9F occur.
constexpr std::array kEncodings{
    EncodingEntry{"UTF-8", "UTF-8", "utf8 utf8sig utf8bom"},
    EncodingEntry{"UTF-16LE", "UTF-16LE", "utf16le utf16 ucs2"},
    EncodingEntry{"UTF-16BE", "UTF-16BE", "utf16be"},
    EncodingEntry{"UTF-32LE", "UTF-32LE", "utf32le utf32"},
    EncodingEntry{"UTF-32BE", "UTF-32BE", "utf32be"},
    EncodingEntry{"CP949", "windows-949-2000", "uhc windows949 ms949 euckr ksc56011987 ksc5601"},
    EncodingEntry{"JOHAB", "", "cp1361 ms1361"},
    EncodingEntry{"ISO-2022-KR", "ISO-2022-KR", "iso2022kr"},
    EncodingEntry{"CP932", "ibm-943_P15A-2003", "shiftjis sjis mskanji windows31j windows932"},
    EncodingEntry{"EUC-JP", "EUC-JP", "eucjp ujis"},
    EncodingEntry{"ISO-2022-JP", "ISO-2022-JP", "iso2022jp"},
    EncodingEntry{"GB18030", "gb18030", "gbk gb2312 cp936 euccn windows936"},
    EncodingEntry{"Big5", "windows-950-2000", "cp950 windows950 big5tw"},
    EncodingEntry{"Big5-HKSCS", "Big5-HKSCS", "big5hkscs"},
    EncodingEntry{"EUC-TW", "EUC-TW", "euctw"},
    EncodingEntry{"Windows-1252", "windows-1252", "cp1252 ansi"},
    EncodingEntry{"ISO-8859-1", "ISO-8859-1", "latin1 iso88591 l1"},
    EncodingEntry{"ISO-8859-15", "ISO-8859-15", "latin9 iso885915"},
    EncodingEntry{"Windows-1250", "windows-1250", "cp1250"},
    EncodingEntry{"ISO-8859-2", "ISO-8859-2", "latin2 iso88592"},
    EncodingEntry{"ISO-8859-3", "ISO-8859-3", "latin3 iso88593"},
    EncodingEntry{"ISO-8859-4", "ISO-8859-4", "latin4 iso88594"},
    EncodingEntry{"ISO-8859-10", "iso-8859_10-1998", "latin6 iso885910"},
    EncodingEntry{"ISO-8859-13", "ISO-8859-13", "latin7 iso885913"},
    EncodingEntry{"ISO-8859-16", "", "latin10 iso885916"},
    EncodingEntry{"Windows-1251", "windows-1251", "cp1251"},
    EncodingEntry{"KOI8-R", "KOI8-R", "koi8r koi8"},
    EncodingEntry{"KOI8-U", "KOI8-U", "koi8u"},
    EncodingEntry{"ISO-8859-5", "ISO-8859-5", "iso88595"},
    EncodingEntry{"IBM866", "ibm-866", "cp866 ibm866"},
    EncodingEntry{"Windows-1253", "windows-1253", "cp1253"},
    EncodingEntry{"ISO-8859-7", "ISO-8859-7", "iso88597 greek"},
    EncodingEntry{"Windows-1254", "windows-1254", "cp1254"},
    EncodingEntry{"ISO-8859-9", "ISO-8859-9", "latin5 iso88599"},
    EncodingEntry{"Windows-1255", "windows-1255", "cp1255"},
    EncodingEntry{"ISO-8859-8", "ISO-8859-8", "iso88598 hebrew iso88598i"},
    EncodingEntry{"Windows-1256", "windows-1256", "cp1256"},
    EncodingEntry{"ISO-8859-6", "ISO-8859-6", "iso88596 arabic"},
    EncodingEntry{"Windows-1257", "windows-1257", "cp1257"},
    EncodingEntry{"Windows-1258", "windows-1258", "cp1258"},
    EncodingEntry{"Windows-874", "windows-874-2000", "cp874 tis620 iso885911"},
    EncodingEntry{"IBM437", "ibm-437", "cp437"},
    EncodingEntry{"IBM850", "ibm-850", "cp850"},
    EncodingEntry{"IBM852", "ibm-852", "cp852"},
    EncodingEntry{"Macintosh", "macintosh", "macroman mac"},
};

std::string squeezed(std::string_view name) {
    std::string text;
    for (const char c : name) {
        if (c == '-' || c == '_' || c == ' ' || c == ':') continue;
        text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return text;
}

const EncodingEntry* findEncoding(std::string_view name) {
    for (const EncodingEntry& entry : kEncodings)
        if (name == entry.name) return &entry;
    const std::string wanted = squeezed(name);
    if (wanted.empty()) return nullptr;
    for (const EncodingEntry& entry : kEncodings) {
        if (squeezed(entry.name) == wanted) return &entry;
        std::string_view spellings = entry.spellings;
        while (!spellings.empty()) {
            const std::size_t end = std::min(spellings.find(' '), spellings.size());
            if (spellings.substr(0, end) == wanted) return &entry;
            spellings.remove_prefix(std::min(end + 1, spellings.size()));
        }
    }
    return nullptr;
}

class IcuDecoder final : public Decoder {
public:
    explicit IcuDecoder(const std::string& converter) {
        UErrorCode status = U_ZERO_ERROR;
        from_ = ucnv_open(converter.c_str(), &status);
        if (U_FAILURE(status)) {
            ucnv_close(from_);
            throw Error(ErrorCode::Unsupported, fmt::format("This system cannot read the encoding {}. Its ICU lacks it. Save the file as UTF-8.", converter));
        }
        ucnv_setToUCallBack(from_, UCNV_TO_U_CALLBACK_SUBSTITUTE, nullptr, nullptr, nullptr, &status);
    }
    ~IcuDecoder() override {
        ucnv_close(from_);
    }

    void decode(std::string_view bytes, bool isLast, std::string& output) override {
        const char* source = bytes.data();
        const char* const end = source + bytes.size();
        while (true) {
            UErrorCode status = U_ZERO_ERROR;
            char16_t* target = units_;
            ucnv_toUnicode(from_, &target, units_ + std::size(units_), &source, end, nullptr, isLast, &status);
            appendUnits({units_, static_cast<std::size_t>(target - units_)}, isLast && status != U_BUFFER_OVERFLOW_ERROR, output);
            if (status == U_BUFFER_OVERFLOW_ERROR) continue;
            if (U_FAILURE(status) && source < end) continue;
            return;
        }
    }

private:
    void appendUnits(std::u16string_view units, bool isLast, std::string& output) {
        std::size_t i = 0;
        while (i < units.size()) {
            const char16_t unit = units[i++];
            if (pendingHigh_ != 0) {
                if (unit >= 0xDC00 && unit <= 0xDFFF) {
                    appendUtf8(output, 0x10000 + ((char32_t{pendingHigh_} - 0xD800) << 10) + (char32_t{unit} - 0xDC00));
                    pendingHigh_ = 0;
                    continue;
                }
                appendUtf8(output, 0xFFFD);
                pendingHigh_ = 0;
            }
            if (unit >= 0xD800 && unit <= 0xDBFF) pendingHigh_ = unit;
            else appendUtf8(output, unit);
        }
        if (isLast && pendingHigh_ != 0) {
            appendUtf8(output, 0xFFFD);
            pendingHigh_ = 0;
        }
    }

    UConverter* from_ = nullptr;
    char16_t pendingHigh_ = 0;
    char16_t units_[16'384];
};

/// For the encodings that ICU lacks (Johab).
class IconvDecoder final : public Decoder {
public:
    explicit IconvDecoder(const std::string& name) : handle_(iconv_open("UTF-8", name.c_str())) {
        if (handle_ == reinterpret_cast<iconv_t>(-1))
            throw Error(ErrorCode::Unsupported, fmt::format("This system cannot read the encoding {}. Its C library lacks it. Save the file as UTF-8.", name));
    }
    ~IconvDecoder() override { iconv_close(handle_); }

    void decode(std::string_view bytes, bool isLast, std::string& output) override {
        std::string input = std::exchange(open_, {});
        input.append(bytes);
        char* source = input.data();
        std::size_t left = input.size();
        while (left > 0) {
            char buffer[16'384];
            char* target = buffer;
            std::size_t room = sizeof buffer;
            const std::size_t result = iconv(handle_, &source, &left, &target, &room);
            output.append(buffer, sizeof buffer - room);
            if (result != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
            if (errno == EINVAL && !isLast) {
                open_.assign(source, left);
                return;
            }
            output += "\xEF\xBF\xBD";
            ++source;
            --left;
        }
    }

private:
    iconv_t handle_;
    std::string open_;
};

struct Mark {
    std::string_view bytes;
    const char* encoding;
};
// UTF-32LE before UTF-16LE: its mark begins with the other's.
constexpr std::array kMarks{Mark{{"\xEF\xBB\xBF", 3}, "UTF-8"}, Mark{{"\xFF\xFE\0\0", 4}, "UTF-32LE"}, Mark{{"\0\0\xFE\xFF", 4}, "UTF-32BE"},
                            Mark{{"\xFF\xFE", 2}, "UTF-16LE"}, Mark{{"\xFE\xFF", 2}, "UTF-16BE"}, Mark{{"\x84\x31\x95\x33", 4}, "GB18030"}};

/// Share of the bytes for line breaks, commas, semicolons and tabs whose other half (at i ^ 1) is zero, if it is the low byte
/// at `residue` that holds them. Near 1 in UTF-16, near 0 in ASCII with stray zeros.
double pairedMarks(std::string_view sample, std::size_t residue) {
    std::size_t marks = 0, paired = 0;
    for (std::size_t i = 0; i + 1 < sample.size(); ++i) {
        const char c = sample[i];
        if (c != '\n' && c != '\r' && c != ',' && c != ';' && c != '\t') continue;
        ++marks;
        paired += i % 2 == residue && sample[i ^ 1] == '\0';
    }
    return marks == 0 ? 0 : static_cast<double>(paired) / static_cast<double>(marks);
}

/// UTF-16 or UTF-32 without a mark: the zero halves of ASCII characters stand at one residue of the position.
const char* wideByZeros(std::string_view bytes) {
    const std::string_view sample = bytes.substr(0, 65'536);
    if (sample.size() < 4) return nullptr;
    std::array<std::size_t, 4> zeros{};
    for (std::size_t i = 0; i < sample.size(); ++i) zeros[i % 4] += sample[i] == '\0';
    const double quarter = static_cast<double>(sample.size()) / 4;
    const auto share = [&](std::size_t residue) { return static_cast<double>(zeros[residue]) / quarter; };
    if (bytes.size() % 4 == 0 && share(2) > 0.9 && share(3) > 0.9 && share(0) < 0.2) return "UTF-32LE";
    if (bytes.size() % 4 == 0 && share(0) > 0.9 && share(1) > 0.9 && share(3) < 0.2) return "UTF-32BE";
    const double even = share(0) + share(2), odd = share(1) + share(3);
    if (odd > 0 && even < odd * 0.1 && (pairedMarks(sample, 0) > 0.7 || odd > 1.4)) return "UTF-16LE";
    if (even > 0 && odd < even * 0.1 && (pairedMarks(sample, 1) > 0.7 || even > 1.4)) return "UTF-16BE";
    return nullptr;
}

/// Bytes around what is not ASCII, up to 256 KiB from all over the file, cut at line breaks.
std::string tellingSample(std::string_view bytes) {
    constexpr std::size_t kLimit = 256u << 10;
    if (bytes.size() <= kLimit) return std::string(bytes);
    std::string sample;
    std::size_t i = 0;
    while (sample.size() < kLimit) {
        i += asciiPrefix(bytes.substr(i));
        if (i >= bytes.size()) break;
        const std::size_t before = bytes.rfind('\n', i);
        const std::size_t begin = before == std::string_view::npos || i - before > 512 ? i : before + 1;
        const std::size_t end = std::min(bytes.find('\n', i), std::min(i + 4'096, bytes.size() - 1)) + 1;
        sample.append(bytes.substr(begin, end - begin));
        i = std::max(end, i + 1);
    }
    return sample;
}

std::string byUchardet(std::string_view sample) {
    const uchardet_t detector = uchardet_new();
    uchardet_handle_data(detector, sample.data(), sample.size());
    uchardet_data_end(detector);
    const EncodingEntry* entry = findEncoding(uchardet_get_charset(detector));
    uchardet_delete(detector);
    return entry != nullptr ? entry->name : "";
}

std::vector<std::pair<std::string, int>> byIcu(std::string_view sample) {
    std::vector<std::pair<std::string, int>> found;
    UErrorCode status = U_ZERO_ERROR;
    UCharsetDetector* detector = ucsdet_open(&status);
    if (U_FAILURE(status)) return found;
    ucsdet_setText(detector, sample.data(), static_cast<int32_t>(sample.size()), &status);
    int32_t count = 0;
    const UCharsetMatch** matches = ucsdet_detectAll(detector, &count, &status);
    for (int32_t i = 0; U_SUCCESS(status) && i < count; ++i) {
        const EncodingEntry* entry = findEncoding(ucsdet_getName(matches[i], &status));
        if (entry != nullptr) found.emplace_back(entry->name, ucsdet_getConfidence(matches[i], &status));
    }
    ucsdet_close(detector);
    return found;
}

/// The superset that people's files are in: a plain Latin-1 file is read as Windows-1252, and so on.
std::string supersetOf(const std::string& name) {
    if (name == "ISO-8859-9") return "Windows-1254";
    return name;
}

/// Everything that is tried: score = how well the text reads, plus what the two detectors say.
std::string bestByScore(std::string_view sample) {
    const std::string first = supersetOf(byUchardet(sample));
    const auto icu = byIcu(sample);
    std::string best = "Windows-1252";
    double bestScore = -1;
    for (const EncodingEntry& entry : kEncodings) {
        const std::string name = entry.name;
        if (name.starts_with("UTF") || name.starts_with("ISO-2022")) continue;
        std::int64_t failures = 0;
        const std::string text = decodeAll(name, sample, &failures);
        if (failures > 1 + static_cast<std::int64_t>(sample.size() / 2'000)) continue;
        double score = writingScore(text) - 0.02 * static_cast<double>(failures);
        if (name == first) score += 0.20;
        for (const auto& [icuName, confidence] : icu) {
            if (icuName == name) score += 0.001 * confidence;
        }
        if (score > bestScore + 1e-9) {
            bestScore = score;
            best = name;
        }
    }
    return best;
}

const char* byEscapes(std::string_view bytes) {
    const std::string_view sample = bytes.substr(0, 1u << 20);
    if (sample.find("\x1B$)C") != std::string_view::npos) return "ISO-2022-KR";
    for (const std::string_view escape : {"\x1B$B", "\x1B$@", "\x1B(J", "\x1B$(D"}) {
        if (sample.find(escape) != std::string_view::npos) return "ISO-2022-JP";
    }
    return nullptr;
}

/// How much of the file is UTF-8: validity of all of it, and of what is not ASCII.
struct Utf8Look {
    bool isAscii = true;
    std::int64_t good = 0;      ///< stretches of valid non-ASCII text
    std::int64_t bad = 0;       ///< places that are not UTF-8
};

Utf8Look lookAtUtf8(std::string_view bytes, const std::stop_token& stop) {
    constexpr std::size_t kStep = 4u << 20;
    Utf8Look look;
    std::size_t i = 0, lastCheck = 0;
    while (i < bytes.size() && look.bad < 1'000) {
        if (i - lastCheck >= kStep) {
            throwIfStopped(stop);
            lastCheck = i;
        }
        const std::string_view step = bytes.substr(i, kStep);
        const std::size_t good = validUtf8Prefix(step);
        const bool hasHigh = asciiPrefix(step.substr(0, good)) < good;
        if (hasHigh) {
            look.isAscii = false;
            look.good += std::count_if(step.begin(), step.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(good, 65'536)),
                                       [](char c) { return static_cast<unsigned char>(c) >= 0xC0; });
        }
        i += good;
        if (good == step.size()) continue;
        if (good > 0 && step.size() == kStep && good + 4 > kStep && i + 4 <= bytes.size() && validUtf8Prefix(bytes.substr(i, 4)) > 0) continue;
        look.isAscii = false;
        ++look.bad;
        ++i;
    }
    return look;
}

}  // namespace

std::string canonicalEncoding(const std::string& name) {
    if (const EncodingEntry* entry = findEncoding(name)) return entry->name;
    throw Error(ErrorCode::InvalidInput, fmt::format("The encoding \"{}\" is not known here. Known are: {}. Choose one of them or leave it to be found out.",
                                                     name, fmt::join(knownEncodings(), ", ")));
}

std::unique_ptr<Decoder> makeDecoder(const std::string& name) {
    const EncodingEntry* entry = findEncoding(name);
    if (entry == nullptr) canonicalEncoding(name);
    if (*entry->converter == '\0') return std::make_unique<IconvDecoder>(entry->name);
    return std::make_unique<IcuDecoder>(entry->converter);
}

std::string decodeAll(const std::string& name, std::string_view bytes, std::int64_t* failures) {
    std::string text;
    makeDecoder(name)->decode(bytes, true, text);
    if (failures != nullptr) {
        *failures = 0;
        for (std::size_t at = text.find("\xEF\xBF\xBD"); at != std::string::npos; at = text.find("\xEF\xBF\xBD", at + 3)) ++*failures;
    }
    return text;
}

EncodingGuess guessEncoding(std::string_view bytes, const std::stop_token& stop) {
    EncodingGuess guess;
    for (const Mark& mark : kMarks) {
        if (!bytes.starts_with(mark.bytes)) continue;
        guess.name = mark.encoding;
        guess.markBytes = mark.bytes.size();
        guess.reason = fmt::format("A byte order mark says {}.", mark.encoding);
        if (guess.name == "UTF-8") {
            const Utf8Look marked = lookAtUtf8(bytes.substr(mark.bytes.size()), stop);
            guess.isCleanUtf8 = marked.bad == 0;
        }
        return guess;
    }
    if (const char* wide = wideByZeros(bytes)) {
        guess.name = wide;
        guess.reason = fmt::format("Zero bytes stand where {} has them.", wide);
        return guess;
    }
    const Utf8Look look = lookAtUtf8(bytes, stop);
    if (look.isAscii) {
        if (const char* escaped = byEscapes(bytes)) {
            guess.name = escaped;
            guess.reason = fmt::format("Escape sequences of {} were found.", escaped);
            return guess;
        }
    }
    if (look.bad == 0 || look.good > 20 * look.bad) {
        guess.isCleanUtf8 = look.bad == 0;
        guess.reason = look.isAscii ? "All bytes are ASCII." : look.bad == 0 ? "All bytes are valid UTF-8." : "Nearly all bytes are valid UTF-8.";
        return guess;
    }
    guess.name = bestByScore(tellingSample(bytes));
    guess.reason = fmt::format("The bytes are not UTF-8; read as {} they look most like writing.", guess.name);
    return guess;
}

}  // namespace data

std::vector<std::string> knownEncodings() {
    std::vector<std::string> names;
    for (const data::EncodingEntry& entry : data::kEncodings) names.emplace_back(entry.name);
    return names;
}

}  // namespace lathe
