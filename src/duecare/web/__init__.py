"""The web shell: layout, navigation, inbox, shared components."""
