package sandbox

// SpeakAgain ends GoSilent and HalfOpen on the sockets with the given numbers, on all
// live ones if none is named. What was swallowed in between stays lost.
func (k *Slack) SpeakAgain(numbers ...int) {
	k.onSockets(numbers, func(s *socket) { s.silent, s.halfOpen = false, false })
}

// Silent returns the numbers of the live sockets that GoSilent or HalfOpen holds
// still, oldest first.
func (k *Slack) Silent() []int {
	k.mu.Lock()
	defer k.mu.Unlock()
	var numbers []int
	for _, s := range k.live() {
		if s.silent || s.halfOpen {
			numbers = append(numbers, s.number)
		}
	}
	return numbers
}
