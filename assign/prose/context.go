package prose

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"azeer-slack/assign/line"
)

// cue is what the words before digits say about them.
type cue int

const (
	aboutNothing cue = iota
	aboutPhones      // a phone number is announced
	aboutThings      // something else that is counted or numbered is
)

// Vocabulary, in small letters. Arabic words stand without article and in one spelling
// of their alef, teh marbuta and yeh: see stems.
var (
	// lineWords announce a phone number, and so do personWords, save where only their
	// order's number or their id does: see isOwned.
	lineWords = line.WordSet(`phone telephone tel cell cellphone mobile mob handset landline whatsapp wa sms
		caller call callback ring dial text reach
		هاتف جوال موبايل محمول نقال خلوي تلفون تليفون واتس واتساب اتصل اتصلي اتصلوا اتصال كلم كلمي كلموا راسل راسلي راسلوا
		تواصل تواصلي تواصلوا`)
	personWords = line.WordSet(`contact customer client عميل عميله زبون زبونه صاحب صاحبه`)
	// ownerWords make a person of the thing behind them: صاحب الطلب.
	ownerWords = line.WordSet(`صاحب صاحبه`)
	// thingWords announce another number.
	thingWords = line.WordSet(`order invoice bill receipt ticket case incident issue ref reference tracking awb
		waybill shipment parcel package booking reservation policy contract account acct iban swift card
		transaction txn payment po sku upc ean barcode isbn asin serial sn imei imsi mac vin vat tax cr crn
		license licence passport iqama id ids uid uuid guid oid pid code otp pin password token key hash commit build
		version ver rev timestamp ts epoch unix amount total sum subtotal price cost balance budget revenue value qty
		quantity coordinates lat latitude lng lon longitude zip postcode postal plate model lot batch item
		size length bytes port fax row file pnr appointment page job run pr mr
		طلبيه فاتوره تذكره مرجع مرجعي شحنه بوليصه تتبع حساب ايبان بطاقه هويه اقامه جواز رخصه ضريبي ضريبه رمز كود مبلغ
		اجمالي مجموع سعر رصيد عمليه معامله حواله دفعه بلاغ عقد حجز منتج صنف كميه تسلسلي لوحه فاكس باركود اصدار نسخه
		معرف ملف موعد احداثيات ميزانيه صفحه بند تحقق تفعيل`)
	// askWords are such words too, but also mean to ask and to write down. They count
	// with a sign or a word for "number" between, and in Arabic with the article.
	askWords = line.WordSet(`request طلب طلبات طلبه طلبها سجل`)
	// numberWords stand between what is numbered and its number.
	numberWords = line.WordSet(`no nr nos num number numbers رقم ارقام نمره`)
	// loginWords are phone numbers where a line stands before: WhatsApp account, caller ID.
	loginWords = line.WordSet(`id account حساب`)
	// fillWords may stand there as well, and say nothing.
	fillWords = line.WordSet(`is was are هو هي`)
	// idWords are numbers themselves, of whomever they are.
	idWords = line.WordSet(`id ids iban iqama passport ref reference هويه اقامه جواز ايبان مرجع معرف`)
	// linkWords stand between a thing and whose it is.
	linkWords = line.WordSet(`of for the this that our خاص تابع`)
	// unitWords stand behind, or right before, a number of something.
	unitWords = line.WordSet(`sar sr riyal usd dollar aed dirham kwd qar bhd omr egp jod eur euro gbp pound inr dinar
		pc pcs piece point unit percent byte kb mb gb ms km kg mm cm
		ريال ريالا دولار درهم دينار جنيه جنيها هلله يورو وحده قطعه نقطه كجم كيلو متر بايت بالمئه بالمائه`)
	// abbreviations may end with a full stop without ending the sentence.
	abbreviations = line.WordSet(`no nr num tel ph mob ref inv acct ext cust`)
	joiners       = line.WordSet(`and or و او`)
)

// has tells whether any form of a word is in set.
func has(set map[string]bool, w string) bool {
	for _, form := range stems(w) {
		if set[form] {
			return true
		}
	}
	return false
}

var foldArabic = strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا", "ٱ", "ا", "ى", "ي", "ة", "ه", "ـ", "")

// stems gives the forms under which a word may stand in the vocabulary: without plural s,
// and in Arabic without what is written together with it, as in والجوال, برقم, جواله.
func stems(w string) []string {
	w = foldArabic.Replace(strings.ToLower(w))
	forms := []string{w}
	if !isArabic(w) {
		return append(forms, strings.TrimSuffix(w, "s"))
	}
	for _, before := range []string{"و", "ف", "ب", "ل", "ك", "ال", "لل", "وال", "بال", "ول", "وب", "فال"} {
		if rest, ok := strings.CutPrefix(w, before); ok {
			forms = append(forms, rest)
		}
	}
	for _, form := range forms {
		for _, behind := range []string{"ه", "ها", "هم", "ي", "ني", "ك", "كم", "نا", "ات"} {
			if rest, ok := strings.CutSuffix(form, behind); ok {
				forms = append(forms, rest)
			}
		}
	}
	return forms
}

func isArabic(w string) bool {
	r, _ := utf8.DecodeRuneInString(w)
	return unicode.Is(unicode.Arabic, r)
}

// farBack is how many runes before a number are looked at.
const farBack = 80

// hears gives what is said about the number that begins at from: by the words before it,
// by the number that it follows in a list, or by the line before.
func (f *finder) hears(p *prose, from int) cue {
	before := string(p.seen[max(0, from-farBack):from])
	said := cueOf(before)
	switch {
	case said != aboutNothing:
		return said
	case p.end >= 0 && p.end <= from && from-p.end <= farBack && p.lists(from):
		return p.said
	case from <= farBack && !strings.ContainsFunc(before, func(r rune) bool { return unicode.IsLetter(r) || r == linkRune }):
		return f.carried
	}
	return aboutNothing
}

// lists tells whether only what parts the numbers of a list stands between the last number
// and the place to. After an order's number, a blank alone does not: "order 1 0544444444".
func (p *prose) lists(to int) bool {
	between := string(p.seen[p.end:to])
	words := strings.TrimFunc(between, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != linkRune })
	if words != "" {
		return has(joiners, words)
	}
	return p.said != aboutThings || strings.ContainsAny(between, ",;،؛/&+-")
}

// carry keeps for the next line what this one says about a number at its beginning: it is
// a label, or goes on with a list.
func (f *finder) carry(p *prose) {
	text := strings.TrimSpace(string(p.seen[max(0, len(p.seen)-farBack):]))
	label := strings.TrimRight(text, " *_~`\"'")
	switch {
	case strings.HasSuffix(label, ":"), p.digits == 0 && (strings.HasPrefix(text, "*") && text != label || len(strings.Fields(text)) <= 2):
		f.carried = cueOf(label)
	case p.end >= 0 && p.letters == 0:
		f.carried = p.said
	default:
		f.carried = aboutNothing
	}
}

// cutWord parts a text into its last word, the signs behind that, and the rest. A word
// begins at a change to capitals or between letters and digits too, as in orderId.
func cutWord(text string) (rest, w, signs string) {
	behind := strings.TrimRightFunc(text, func(r rune) bool { return !line.IsWordRune(r) })
	signs = text[len(behind):]
	start := len(behind)
	var next rune
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(behind[:start])
		if !line.IsWordRune(r) || next != 0 && (unicode.IsDigit(r) != unicode.IsDigit(next) || unicode.IsLower(r) && unicode.IsUpper(next)) {
			break
		}
		next, start = r, start-size
	}
	return behind[:start], behind[start:], signs
}

// oneWord makes one word of what would be taken for two.
var oneWord = strings.NewReplacer("WhatsApp", "whatsapp", "S/N", "sn", "s/n", "sn", "P.N.R", "pnr", "P/N", "sku")

// cueOf reads backwards from the end of before, to the beginning of the clause.
func cueOf(before string) cue {
	before = oneWord.Replace(before)
	hash, numbered, others := false, false, 0
	for step := range 7 {
		rest, w, signs := cutWord(before)
		if step == 0 {
			hash = strings.Contains(signs, "#")
			if strings.ContainsFunc(signs, isCurrency) {
				return aboutThings
			}
		}
		if w == "" || endsClause(w, signs) || startsWithDigit(w) {
			break
		}
		_, earlier, gap := cutWord(rest)
		switch {
		case has(personWords, w) && isOwned(w, rest):
			return aboutThings
		case has(lineWords, w), has(personWords, w), others == 0 && has(loginWords, w) && has(lineWords, earlier):
			return aboutPhones
		case has(numberWords, w):
			numbered = true
		case others > 0:
		case has(ownerWords, earlier) && goesOn(earlier, gap) && !numbered && !hash: // the next word decides
		case has(thingWords, w), has(askWords, w) && (numbered || hash || hasArticle(w) || has(numberWords, earlier)),
			step == 0 && has(unitWords, w) && !startsWithDigit(earlier):
			return aboutThings
		case !has(fillWords, w):
			others++
		}
		before = rest
	}
	switch {
	case hash:
		return aboutThings
	case numbered:
		return aboutPhones
	}
	return aboutNothing
}

// isOwned tells whether the person that stands behind before is only the one whose number
// follows, of another kind: order number of the customer, رقم طلب العميل, هوية العميل. In
// Arabic رقم stands before the thing, and طلب العميل alone may mean that they asked.
func isOwned(person, before string) bool {
	if strings.HasPrefix(person, "و") {
		return false // and the customer
	}
	rest, w, signs := cutWord(before)
	for goesOn(w, signs) && has(linkWords, w) {
		rest, w, signs = cutWord(rest)
	}
	_, earlier, between := cutWord(rest)
	isThing := func(w string) bool { return has(thingWords, w) || has(askWords, w) }
	switch {
	case !goesOn(w, signs):
		return false
	case has(idWords, w):
		return true
	case !goesOn(earlier, between):
		return false
	case isArabic(w):
		return isThing(w) && has(numberWords, earlier)
	}
	return has(numberWords, w) && isThing(earlier)
}

// goesOn tells whether nothing but blanks parts a word from what follows, the stop of an
// abbreviation aside.
func goesOn(w, signs string) bool {
	return w != "" && strings.Trim(signs, " .'’") == "" && !endsClause(w, signs)
}

func startsWithDigit(w string) bool { return strings.IndexFunc(w, unicode.IsDigit) == 0 }

func isCurrency(r rune) bool { return unicode.Is(unicode.Sc, r) }

// hasArticle tells the Arabic article, also behind "and" and "with".
func hasArticle(w string) bool {
	return strings.HasPrefix(strings.TrimLeft(foldArabic.Replace(w), "وب"), "ال")
}

// endsClause tells whether the signs behind a word part it from what follows.
func endsClause(w, signs string) bool {
	if strings.ContainsAny(signs, ",;!?؟،؛|•") || strings.ContainsRune(signs, linkRune) {
		return true
	}
	return strings.Contains(signs, ". ") && !abbreviations[strings.ToLower(w)] || strings.Contains(signs, "..") || strings.Contains(signs, "…")
}

// isLabel tells whether the word that ends at i announces a number of any kind.
func (p *prose) isLabel(i int) bool {
	_, w, _ := cutWord(string(p.seen[max(0, i-20) : i+1]))
	return has(lineWords, w) || has(personWords, w) || has(numberWords, w) || has(thingWords, w)
}

// unitBehind tells whether what stands behind a number counts something: "SAR", and not
// "SAR 500".
func (p *prose) unitBehind(to int) bool {
	behind := strings.TrimLeft(string(p.seen[to:min(len(p.seen), to+24)]), " )")
	if r, _ := utf8.DecodeRuneInString(behind); r == '%' || r == '٪' || r == '°' || isCurrency(r) {
		return true
	}
	end := strings.IndexFunc(behind, func(r rune) bool { return !line.IsWordRune(r) })
	if end < 0 {
		end = len(behind)
	}
	return has(unitWords, behind[:end]) && !startsWithDigit(strings.TrimLeft(behind[end:], " ")) || currencyMark.MatchString(behind)
}

// currencyMark is a currency's name in short, as in ر.س and د.ك.
var currencyMark = regexp.MustCompile(`^(?:ر\.?س|د\.?إ|د\.?ا|د\.?ك|د\.?ب|ر\.?ع|ر\.?ق|ج\.?م)(?:[^\pL]|$)`)

// extensionBehind tells whether an extension follows: behind it is a desk, which has no
// WhatsApp.
func (p *prose) extensionBehind(to int) bool {
	return extensionNext.MatchString(string(p.plain[to:min(len(p.plain), to+24)]))
}

var extensionNext = regexp.MustCompile(`(?i)^[\s.,;(\[]*(?:ext(?:n|ension)?|x|#|تحويلة)[\s.:=]*\d`)
