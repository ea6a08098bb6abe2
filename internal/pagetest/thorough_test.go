//go:build long

package pagetest

// thorough has every story told on every device.
const thorough = true
