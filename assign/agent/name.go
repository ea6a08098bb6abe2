package agent

import (
	"slices"
	"strings"
)

// titles stand before or behind a name and are no part of it, as folded.
var titles = func() map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(`mr mrs ms miss dr eng engr prof sir madam
		أ ا د م استاذ الاستاذ استاذه الاستاذه دكتور الدكتور دكتوره الدكتوره مهندس المهندس مهندسه المهندسه سيد السيد سيده السيده`) {
		set[fold(w)] = true
	}
	return set
}()

// nameWords cuts a folded name into words and leaves out titles, unless there is nothing else.
func nameWords(name string) []string {
	all := words(name)
	if kept := slices.DeleteFunc(slices.Clone(all), func(w string) bool { return titles[w] }); len(kept) > 0 {
		return kept
	}
	return all
}

// compounds begin first names of two words: عبد الرحمن, Abdul Aziz, أبو بكر.
var compounds = map[string]bool{
	"عبد": true, "ابو": true, "ام": true, "abd": true, "abdul": true, "abdel": true, "abdal": true, "abu": true, "um": true, "umm": true,
}

// firstName counts the words of a name that are the first name: two behind "Abdul", three
// behind "Abd El".
func firstName(words []string) int {
	switch {
	case len(words) > 2 && compounds[words[0]] && (words[1] == "al" || words[1] == "el" || words[1] == "ul"):
		return 3
	case len(words) > 1 && compounds[words[0]]:
		return 2
	}
	return min(1, len(words))
}

// soundOf brings spellings together that sound alike, for searching only: Mohamed and
// Muhammad, Hussein and Hussain, al-Harbi and Elharbi. It keeps the first letter and the
// consonants, each once.
func soundOf(word string) string {
	for _, article := range []string{"al", "el"} {
		if rest, ok := strings.CutPrefix(word, article); ok && len(rest) > 3 {
			word = rest
			break
		}
	}
	if word != "" && word[0] < 0x80 {
		word = latinSounds.Replace(word)
	}
	var sound []rune
	for i, r := range word {
		if i > 0 && strings.ContainsRune("aeiouy", r) || len(sound) > 0 && sound[len(sound)-1] == r {
			continue
		}
		sound = append(sound, r)
	}
	return string(sound)
}

var latinSounds = strings.NewReplacer("ph", "f", "kh", "k", "gh", "g", "dh", "d", "th", "t", "q", "k", "ee", "i", "oo", "u")
