def ball_in_background(*a): raise RuntimeError
def concentric(*a): raise RuntimeError
def two_centres(*a): raise RuntimeError
