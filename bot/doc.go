// Package bot is everything Slack: it takes envelopes from the sockets, decides who may
// ask, reads the /assign command, the form, its menus and the buttons, hands requests to
// the assignment service, and tells requesters how they ended.
//
// What an assignment is and how it is carried out lives in package assign; how sockets
// are kept open lives in bot/socket; what people read lives in bot/texts.
package bot
