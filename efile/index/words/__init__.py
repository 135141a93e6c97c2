"""Words: how German is analysed, what a question means, and the engines that find by them."""
